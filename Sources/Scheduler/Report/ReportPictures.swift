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
    let site: ReportSite
    let plan: ReportPlan
    /// The folder that the report is made in.
    let folder: String
    /// Samples that have a sheet, by scene and index.
    let stills: [String: Set<Int>]
    /// The scores of samples in a line, by scene and index.
    let notes: [String: [Int: String]]

    /// Pixels of a picture of the lists.
    private static let smallWidth = 520
    /// Samples of one scene that are in memory at once.
    private static let batch = 8

    /// What became of the pictures.
    struct Outcome {
        /// Width and height of each scene's film.
        var filmSizes: [String: (width: Int, height: Int)] = [:]
        var byteCount = 0
        /// What could not be drawn: the first few, and how many.
        var remarks: [String] = []
        var remarkCount = 0

        fileprivate mutating func note(_ remark: String) {
            remarkCount += 1
            if remarks.count < 5 { remarks.append(remark) }
        }
    }

    /// Draws every picture of some scenes.
    ///
    /// - Parameter progress: is told how many samples are drawn; called from several threads.
    /// - Throws: `StorageError`, `EvaluationError`, `ReportingError`, `ImageFileError`, `CommandFailure`: the first by order of scenes.
    func draw(_ scenes: [RunManifest.Scene], progress: @escaping @Sendable (Int) -> Void) throws -> Outcome {
        let state = Mutex((outcome: Outcome(), drawn: 0, errors: [Int: any Error]()))
        DispatchQueue.concurrentPerform(iterations: scenes.count) { place in
            guard state.withLock({ $0.errors.isEmpty }) else { return }
            do {
                try draw(scenes[place]) { bytes, remark, filmSize in
                    let drawn = state.withLock { state in
                        state.outcome.byteCount += bytes
                        if let remark { state.outcome.note(remark) }
                        if let filmSize {
                            state.outcome.filmSizes[scenes[place].name] = filmSize
                        } else {
                            state.drawn += 1
                        }
                        return state.drawn
                    }
                    progress(drawn)
                }
            } catch {
                state.withLock { $0.errors[place] = error }
            }
        }
        return try state.withLock { state in
            if let first = state.errors.min(by: { $0.key < $1.key }) { throw first.value }
            return state.outcome
        }
    }

    /// Draws one scene; tells of each sample, and of the film with its size.
    private func draw(
        _ scene: RunManifest.Scene,
        tell: @escaping @Sendable (Int, String?, (width: Int, height: Int)?) -> Void
    ) throws {
        let reader = try directory.open(scene)
        let entries = reader.entries
        try Folders.create("\(folder)/\(site.film(scene.name).parts.dropLast().joined(separator: "/"))")
        var film: Film?
        for start in stride(from: 0, to: entries.count, by: Self.batch) {
            let range = start..<min(start + Self.batch, entries.count)
            let results = Mutex([Int: Result<ReportSamples.Drawn?, any Error>]())
            DispatchQueue.concurrentPerform(iterations: range.count) { offset in
                let index = range.lowerBound + offset
                let result = Result { try draw(index, entries[index], of: reader, scene: scene, tell: tell) }
                results.withLock { $0[index] = result }
            }
            for index in range where index % plan.filmStride == 0 {
                guard let frame = try results.withLock({ $0[index] })?.get()?.filmFrame else { continue }
                film = try film ?? Film(likeFrame: frame)
                try film?.add(frame)
            }
            for index in range { _ = try results.withLock { $0[index] }?.get() }
        }
        if let film {
            let bytes = try film.file()
            try write(bytes, to: site.film(scene.name))
            tell(bytes.count, nil, (film.width, film.height))
        }
    }

    /// Draws one sample and writes its sheet; gives what a film shows of it, nil where neither is wanted.
    private func draw(
        _ index: Int,
        _ entry: SampleEntry,
        of reader: SceneFileReader,
        scene: RunManifest.Scene,
        tell: @Sendable (Int, String?, (width: Int, height: Int)?) -> Void
    ) throws -> ReportSamples.Drawn? {
        let wantsSheet = stills[scene.name]?.contains(index) == true
        guard wantsSheet || index % plan.filmStride == 0 else {
            tell(0, nil, nil)
            return nil
        }
        let drawn = try samples.draw(
            entry,
            of: reader,
            scene: scene,
            note: notes[scene.name]?[index] ?? "",
            wantsSheet: wantsSheet
        )
        var byteCount = 0
        if let picture = drawn.sheet {
            let sheet = try WebPEncoder.encode(picture, .lossy(quality: 80))
            let frame = drawn.filmFrame
            let height = max(1, frame.height * Self.smallWidth / max(1, frame.width))
            let small = try WebPEncoder.encode(
                ScaledPicture.fit(frame, width: Self.smallWidth, height: height),
                .lossy(quality: 70)
            )
            try write(sheet, to: site.still(scene.name, index))
            try write(small, to: site.small(scene.name, index))
            byteCount = sheet.count + small.count
        }
        tell(byteCount, drawn.remark, nil)
        return drawn
    }

    private func write(_ bytes: [UInt8], to place: ReportSite.Place) throws {
        try ReportFolder.write(bytes, to: "\(folder)/\(place.path)")
    }
}
