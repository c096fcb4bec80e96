internal import CommandSupport
internal import JobQueue
internal import RunContract
internal import Scenes
internal import Scoring
internal import Storage

/// What a run is of, as far as it decides whether it can be compared with another.
struct ComparedRun: Encodable, Equatable {
    /// Name of the run.
    let run: String
    /// Its output folder; nil for a run of a database.
    let output: String?
    /// Name of the model.
    let model: String
    /// What its full-precision layers were computed with.
    let precision: String
    /// Kind of the dataset.
    let dataset: String
    /// Version of the dataset.
    let datasetVersion: String
    /// Name of the split.
    let split: String
    /// What its samples hold; nil where nothing is done.
    let kind: SampleKind?

    /// A run that is known from its manifest.
    init(_ manifest: RunManifest, output: String, kind: SampleKind?) {
        run = manifest.run
        self.output = output
        model = manifest.model
        precision = manifest.precision
        dataset = manifest.dataset
        datasetVersion = manifest.datasetVersion
        split = manifest.split
        self.kind = kind
    }

    /// A run that is known from the queue.
    ///
    /// - Throws: `RunContractError` for settings that cannot be read.
    init(_ status: RunStatus, kind: SampleKind?) throws {
        let settings = try RunSettings(json: status.settings, run: status.name)
        run = status.name
        output = nil
        model = settings.modelConfiguration
        precision = settings.precision.rawValue
        dataset = settings.datasetKind
        datasetVersion = settings.datasetVersion
        split = settings.split
        self.kind = kind
    }

    /// What made its predictions, for people.
    var caption: String { Self.caption(model, precision) }

    /// A model and a precision, for people; imported predictions have none.
    static func caption(_ model: String, _ precision: String) -> String {
        precision == PredictionImport.precision ? model : "\(model), \(precision)"
    }

    /// Where it is, for people.
    var place: String { output.map { "'\($0)'" } ?? "the database" }

    /// Refuses runs of which no two numbers are about the same.
    ///
    /// - Throws: `CommandFailure` (`configuration`) naming all that differs.
    static func check(_ a: ComparedRun, _ b: ComparedRun) throws {
        let facts = [
            ("dataset", a.dataset, b.dataset), ("version", a.datasetVersion, b.datasetVersion),
            ("split", a.split, b.split), ("predictions", a.kind.map(words), b.kind.map(words)),
        ]
        let differing = facts.compactMap { name, a, b -> String? in
            guard let a, let b, a != b else { return nil }
            return "\(name) \(a) and \(b)"
        }
        guard !differing.isEmpty else { return }
        throw CommandFailure(
            .configuration,
            "run A ('\(a.run)' in \(a.place)) and run B ('\(b.run)' in \(b.place)) cannot be compared: "
                + differing.joined(separator: ", ")
                + "; both must be of the same dataset, split and kind of predictions"
        )
    }

    private static func words(_ kind: SampleKind) -> String { kind == .occupancy ? "voxel labels" : "boxes" }
}

/// A run's folder with its manifest, one side of a comparison.
struct ComparedFolder {
    let manifest: RunManifest
    let directory: any RunStore
    let files: FileScores

    /// Opens a folder.
    ///
    /// - Parameters:
    ///   - folder: what the folder stands for: "run A".
    ///   - option: the option that names one of several runs in it.
    /// - Throws: `CommandFailure`, `StorageError`, `FileError`.
    init(
        output: String,
        folder: String,
        run: String?,
        option: String,
        datasetRoot: String?,
        metrics: [any SceneMetric]
    ) throws {
        var options = ResultOptions()
        options.output = output
        options.runName = run
        directory = try options.directory(folder: folder, option: option)
        manifest = try directory.readManifest()
        files = FileScores(
            manifest: manifest,
            directory: directory,
            datasetRoot: datasetRoot,
            metrics: metrics,
            consequence: "so single samples are not compared"
        )
    }

    /// What the run is of.
    ///
    /// - Parameter stored: counts that tell its kind of predictions; nil to look at its first scene file.
    /// - Throws: `StorageError`, `FileError`.
    func run(stored: RunScores?) throws -> ComparedRun {
        let kind = try stored.map(\.kind) ?? files.firstKind()
        return ComparedRun(manifest, output: directory.output, kind: kind)
    }

    /// Tokens of the samples of each scene that is done.
    private var tokens: [String: [String]] {
        Dictionary(manifest.done.map { ($0.name, $0.sampleTokens) }) { first, _ in first }
    }

    /// Scenes that are done in both, with other samples.
    func scenesWithOtherSamples(_ other: ComparedFolder) -> Set<String> {
        let others = other.tokens
        return Set(tokens.filter { name, own in others[name].map { $0 != own } ?? false }.keys)
    }

    /// Whether both predict the same, byte for byte, in every sample of the scenes that both have; false where there are none.
    ///
    /// Frames that are equal in size and checksum are taken for equal; others are decompressed, as other versions of LZ4 write other
    /// frames of the same content. The first difference ends it.
    ///
    /// - Throws: `StorageError`, `FileError`.
    func predictsSame(as other: ComparedFolder) throws -> Bool {
        let others = Dictionary(other.manifest.done.map { ($0.name, $0) }) { first, _ in first }
        var samples = 0
        for scene in manifest.done {
            guard let match = others[scene.name], match.sampleTokens == scene.sampleTokens else { continue }
            let (a, b) = (try directory.open(scene), try other.directory.open(match))
            for (own, its) in zip(a.entries, b.entries) {
                samples += 1
                let isSameFrame =
                    own.frameCRC32 == its.frameCRC32 && own.frameBytes == its.frameBytes
                    && own.contentBytes == its.contentBytes && own.kind == its.kind
                if try !isSameFrame && a.sample(own).content != b.sample(its).content { return false }
            }
        }
        return samples > 0
    }
}
