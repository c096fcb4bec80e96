internal import ArrayFiles
internal import CommandSupport
internal import Dispatch
internal import Evaluation
internal import Foundation
internal import ImageFiles
internal import JobQueue
internal import Reporting
internal import RunContract
internal import Scenes
internal import Scoring
internal import Storage
internal import Synchronization

/// Draws samples for pages: one at a time, on a queue of its own, and keeps the newest.
final class DashboardPictures: Sendable {
    /// A scene's accepted file and how to read it.
    struct Scene: Sendable {
        let run: String
        let name: String
        let fileName: String
        let settings: RunSettings
        /// The output folder as this host sees it; nil where the run says it is.
        let output: String?

        /// Opens the file.
        ///
        /// - Throws: `CommandFailure` where the run's folder is not here; `StorageError`, `FileError`.
        func open() throws -> SceneFileReader {
            guard SceneFileKey(fileName: fileName)?.scene == name else {
                throw CommandFailure(
                    .configuration,
                    "the queue's file name '\(fileName)' is not one of scene '\(name)'"
                )
            }
            let store = try RunStores.open(output: output ?? settings.outputDirectory, run: run)
            guard try store.isPresent() else {
                throw CommandFailure(
                    .environment,
                    "the run's folder '\(store.place)' is not on this host, so nothing can be drawn; serve --output DIR says where it is"
                )
            }
            return try store.open(fileName)
        }
    }

    private struct Kept {
        var pictures: [String: [UInt8]] = [:]
        /// The oldest first.
        var order: [String] = []
        var bytes = 0
    }

    /// What is kept, in bytes.
    private static let keptBytes = 64 << 20
    private let kept = Mutex(Kept())
    private let queue = DispatchQueue(label: "dashboard.pictures")

    /// Reads what a scene's page needs to know of its file.
    ///
    /// - Throws: what `Scene.open` throws.
    func tokens(of scene: Scene) async throws -> (tokens: [String], isGrid: Bool) {
        try await perform {
            let entries = try scene.open().entries
            return (entries.map(\.token), entries.first?.kind == .occupancy)
        }
    }

    /// A picture of a sample; nil where the scene has none of that index.
    ///
    /// - Throws: what `Scene.open` and `SamplePicture` throw.
    func picture(_ kind: DashboardAddress.Picture, of scene: Scene, sample: Int) async throws -> [UInt8]? {
        // A file of that name is written once, so its pictures stay.
        let key = "\(scene.run)/\(scene.fileName)/\(sample)/\(kind.rawValue)"
        if let known = kept.withLock({ $0.pictures[key] }) { return known }
        let made = try await perform { try Self.draw(kind, of: scene, sample: sample) }
        if let made { keep(made, key) }
        return made
    }

    private func keep(_ picture: [UInt8], _ key: String) {
        kept.withLock { kept in
            guard picture.count <= Self.keptBytes / 4, kept.pictures.updateValue(picture, forKey: key) == nil else {
                return
            }
            kept.order.append(key)
            kept.bytes += picture.count
            while kept.bytes > Self.keptBytes {
                kept.bytes -= kept.pictures.removeValue(forKey: kept.order.removeFirst())?.count ?? 0
            }
        }
    }

    private static func draw(_ kind: DashboardAddress.Picture, of scene: Scene, sample: Int) throws -> [UInt8]? {
        let reader = try scene.open()
        guard reader.entries.indices.contains(sample) else { return nil }
        let entry = reader.entries[sample]
        if kind == .above, entry.kind == .occupancy {
            let labels = try reader.sample(entry).occupancy()
            return try PNGEncoder.encode(BirdsEyeView.image(VoxelLabels(semantics: labels.bytes)))
        }
        var samples = try SamplePicture(scene.settings, run: scene.run, scene: scene.name, reader)
        let picture = try samples.draw(
            entry.token,
            kind == .above ? .above : .all,
            hasCameras: kind == .sheet,
            minimumScore: DetectionMetric.shownScore
        )
        return kind == .above ? try PNGEncoder.encode(picture) : try WebPEncoder.encode(picture)
    }

    private func perform<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}
