internal import CommandSupport
internal import Foundation
internal import ImageFiles
internal import Reporting
internal import Storage
internal import Synchronization
internal import SystemSupport

/// Draws the pictures of a report, scenes and their samples side by side on every core.
struct ReportPictures: Sendable {
    let samples: ReportSamples
    let directory: any RunStore
    /// A run beside it, and its scenes by name; nil where there is none.
    let other: (directory: any RunStore, scenes: [String: RunManifest.Scene])?
    let site: ReportSite
    let plan: ReportPlan
    /// The folder that the report is made in.
    let folder: String
    /// Samples that should have a sheet, by scene and index.
    let wanted: [String: Set<Int>]
    /// The scores of samples in a line, by scene and index.
    let notes: [String: [Int: String]]

    /// Pixels of a picture of the lists.
    private static let smallWidth = 520
    /// Samples of one scene that are drawn at once.
    private static let batch = 8

    /// What became of the pictures.
    struct Outcome {
        /// Width and height of each scene's film.
        var filmSizes: [String: (width: Int, height: Int)] = [:]
        /// Samples that have a sheet, by scene and index.
        var stills: [String: Set<Int>] = [:]
        var byteCount = 0
        /// What could not be drawn: the first few, and how many.
        private(set) var remarks: [String] = []
        private var remarkCount = 0

        fileprivate mutating func note(_ remark: String) {
            remarkCount += 1
            if remarks.count < 5 { remarks.append(remark) }
        }

        /// What could not be drawn, for people.
        var lines: [String] { remarks + (remarkCount > 5 ? ["and \(remarkCount - 5) more of this kind"] : []) }
    }

    private struct State {
        var outcome = Outcome()
        var drawn = 0
        var errors: [Int: any Error] = [:]
    }

    /// Draws every picture of some scenes; a sample that cannot be drawn becomes a remark.
    ///
    /// - Parameter progress: is told how many samples are drawn; called from several threads.
    /// - Throws: `StorageError` for a scene file that cannot be opened, `FileError`, `ImageFileError`: the first by order of scenes.
    func draw(
        _ scenes: [RunManifest.Scene],
        progress: @Sendable (Int) -> Void
    ) throws -> Outcome {
        let state = Mutex(State())
        DispatchQueue.concurrentPerform(iterations: scenes.count) { place in
            guard state.withLock({ $0.errors.isEmpty }) else { return }
            do {
                try draw(scenes[place], state, progress)
            } catch {
                state.withLock { $0.errors[place] = error }
            }
        }
        return try state.withLock { state in
            if let first = state.errors.min(by: { $0.key < $1.key }) { throw first.value }
            return state.outcome
        }
    }

    private func draw(
        _ scene: RunManifest.Scene,
        _ state: borrowing Mutex<State>,
        _ progress: @Sendable (Int) -> Void
    ) throws {
        var readers = [try directory.open(scene)]
        if let other, let beside = other.scenes[scene.name] { readers.append(try other.directory.open(beside)) }
        let count = readers[0].entries.count
        let place = site.film(scene.name)
        try Folders.create("\(folder)/\(place.parts.dropLast().joined(separator: "/"))")
        var film: Film?
        for start in stride(from: 0, to: count, by: Self.batch) {
            let range = start..<min(start + Self.batch, count)
            let frames = try drawBatch(range, of: scene, readers, state, progress)
            // A sample without cameras is lower than the others; the film has room for those that have them.
            if film == nil, let tallest = frames.compactMap(\.self).max(by: { $0.height < $1.height }) {
                film = try Film(like: tallest)
            }
            for frame in frames.compactMap(\.self) { try film?.add(frame) }
        }
        guard let film else { return }
        let bytes = try film.file()
        try ReportFolder.write(bytes, to: "\(folder)/\(place.path)")
        state.withLock { state in
            state.outcome.byteCount += bytes.count
            state.outcome.filmSizes[scene.name] = (film.width, film.height)
        }
    }

    /// Draws some samples at once and writes their sheets; gives what a film shows of each, nil where that is nothing.
    private func drawBatch(
        _ range: Range<Int>,
        of scene: RunManifest.Scene,
        _ readers: [SceneFileReader],
        _ state: borrowing Mutex<State>,
        _ progress: @Sendable (Int) -> Void
    ) throws -> [RGBImage?] {
        let results = Mutex([Int: Result<RGBImage?, any Error>]())
        DispatchQueue.concurrentPerform(iterations: range.count) { offset in
            let index = range.lowerBound + offset
            let result = Result { try draw(index, of: scene, readers, state) }
            results.withLock { $0[index] = result }
            let drawn = state.withLock { state in
                state.drawn += 1
                return state.drawn
            }
            progress(drawn)
        }
        return try range.map { index in try results.withLock { $0[index] }?.get() }
    }

    private func draw(
        _ index: Int,
        of scene: RunManifest.Scene,
        _ readers: [SceneFileReader],
        _ state: borrowing Mutex<State>
    ) throws -> RGBImage? {
        let wantsSheet = wanted[scene.name]?.contains(index) == true
        let isInFilm = index % plan.filmStride == 0
        guard wantsSheet || isInFilm else { return nil }
        let drawn: ReportSamples.Drawn
        do {
            let note = notes[scene.name]?[index] ?? ""
            drawn = try samples.draw(index, of: scene, readers, note: note, wantsSheet: wantsSheet)
        } catch {
            state.withLock { $0.outcome.note("sample \(index) of scene '\(scene.name)' is not drawn: \(error)") }
            return nil
        }
        if let remark = drawn.remark { state.withLock { $0.outcome.note(remark) } }
        if let picture = drawn.sheet {
            let sheet = try WebPEncoder.encode(picture, .lossy(quality: 80))
            let frame = drawn.filmFrame
            let height = max(1, frame.height * Self.smallWidth / max(1, frame.width))
            let reduced = try ScaledPicture.fit(frame, width: Self.smallWidth, height: height)
            let small = try WebPEncoder.encode(reduced, .lossy(quality: 70))
            try ReportFolder.write(sheet, to: "\(folder)/\(site.still(scene.name, index).path)")
            try ReportFolder.write(small, to: "\(folder)/\(site.small(scene.name, index).path)")
            state.withLock { state in
                state.outcome.byteCount += sheet.count + small.count
                state.outcome.stills[scene.name, default: []].insert(index)
            }
        }
        return isInFilm ? drawn.filmFrame : nil
    }
}
