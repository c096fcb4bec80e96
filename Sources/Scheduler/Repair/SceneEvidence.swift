internal import Foundation
internal import JobQueue
internal import RunContract
internal import Scenes
internal import Scoring
internal import Storage

/// What a run's folder proves of one scene: which file counts as its result, which leases were given, what may be adopted.
struct SceneEvidence: Sendable {
    /// What the queue is told.
    var rebuilt: RebuiltScene
    /// Files that are not what was written, and why.
    var damaged: [(path: String, why: String)] = []
    /// Remarks of the scorer.
    var notes: [String] = []
}

extension SceneEvidence {
    /// Where evidence is looked for.
    struct Place: Sendable {
        let directory: any RunStore
        let settings: RunSettings
        let truth: RunTruth
    }

    /// Looks at every file of a scene that may decide something.
    ///
    /// - Parameters:
    ///   - scene: the scene as it would be submitted.
    ///   - tokens: its samples.
    ///   - files: its files, finished and partial.
    ///   - highestDamaged: the highest lease of a file that was set aside.
    ///   - listed: the scene's row in `run.json`.
    init(
        scene: SceneSubmission,
        tokens: [String],
        files: [SceneFileListing],
        highestDamaged: Int64,
        listed: RunManifest.Scene?,
        place: Place
    ) {
        rebuilt = RebuiltScene(
            scene: scene,
            lease: files.map(\.lease).reduce(highestDamaged, max),
            adoptable: [],
            accepted: nil
        )
        var spoilt: Set<Int64> = []
        // What was accepted comes first, then the newest.
        let finished = files.filter(\.isFinished).sorted {
            ($0.lease == listed?.lease ? 1 : 0, $0.lease) > ($1.lease == listed?.lease ? 1 : 0, $1.lease)
        }
        for file in finished where rebuilt.accepted == nil {
            do {
                let whole = try WholeSceneFile(file, in: place.directory)
                if listed?.state == .done, listed?.fileName == whole.fileName, listed?.sha256 != whole.sha256 {
                    throw StorageError(.mismatch, source: file.path, "its SHA-256 is not the one that run.json has")
                }
                guard whole.header.modelDigest == place.settings.modelDigest,
                    whole.header.precision == place.settings.precision.rawValue,
                    Set(whole.entries.map(\.token)) == Set(tokens)
                else { continue }
                accept(whole, listed: listed, place)
            } catch {
                damaged.append((file.path, "\(error)"))
                spoilt.insert(file.lease)
            }
        }
        rebuilt.adoptable = Set(files.map(\.lease)).subtracting(spoilt).sorted(by: >)
    }

    private mutating func accept(_ file: WholeSceneFile, listed: RunManifest.Scene?, _ place: Place) {
        var result = SceneResult(
            fileName: file.fileName,
            byteCount: Int64(file.byteCount),
            sampleCount: file.entries.count,
            digest: file.sha256,
            computedSampleCount: 0
        )
        if listed?.sha256 == file.sha256, let text = listed?.metrics, let bytes = Data(base64Encoded: text) {
            result.metrics = [UInt8](bytes)
        } else {
            do {
                let reader = try place.directory.open(file.fileName)
                let outcome = try place.truth.scorer(of: file.header.scene).score(reader)
                notes += outcome.notes
                if outcome.metrics.isWorthStoring { result.metrics = outcome.metrics.encoded() }
            } catch {
                notes.append("no score: \(error)")
            }
        }
        rebuilt.accepted = .init(lease: file.header.lease, result: result)
    }
}
