/// All that offline evaluation needs to know of a run, with no database: the content of `run.json`.
public struct RunManifest: Codable, Equatable, Sendable {
    /// What became of a scene.
    public enum SceneState: String, Codable, Equatable, Sendable {
        /// Its file was accepted.
        case done
        /// Its last attempt failed and no more are made.
        case failed
        /// Its workers died too often.
        case quarantined
        /// The run was cancelled before it was done.
        case cancelled
        /// It was not done when the manifest was written.
        case unfinished
    }

    /// What it took to do a scene, as its worker reported; nothing of it decides what is right or whole.
    public struct Work: Codable, Equatable, Sendable {
        /// The worker's host.
        public var host: String
        /// When the result was accepted, UTC by the database's clock (ISO 8601 with fractions of a second).
        public var completedAt: String
        /// From the claim to the report.
        public var elapsedSeconds: Double
        /// The part of it from pictures to predictions, over the samples that were computed.
        public var predictionSeconds: Double
        /// Samples that were computed; the others were taken over from files of earlier leases.
        public var computedSamples: Int

        /// Makes a record.
        public init(
            host: String,
            completedAt: String,
            elapsedSeconds: Double,
            predictionSeconds: Double,
            computedSamples: Int
        ) {
            self.host = host
            self.completedAt = completedAt
            self.elapsedSeconds = elapsedSeconds
            self.predictionSeconds = predictionSeconds
            self.computedSamples = computedSamples
        }
    }

    /// One scene of the run.
    public struct Scene: Codable, Equatable, Sendable {
        /// Name of the scene in the dataset.
        public var name: String
        /// What became of it.
        public var state: SceneState
        /// Tokens of its samples, in the order of the dataset.
        public var sampleTokens: [String]
        /// The accepted lease, for scenes that are done.
        public var lease: Int64?
        /// Name of the accepted file in the run's folder.
        public var fileName: String?
        /// Size of the accepted file.
        public var byteCount: Int?
        /// SHA-256 of the accepted file, 64 hexadecimal digits.
        public var sha256: String?
        /// Text of the last failure.
        public var failure: String?
        /// Encoded metrics of the scene (Runs' `SceneMetrics.encoded()` in Base64), where ground truth was at hand.
        public var metrics: String?
        /// What version 0.1 wrote instead: encoded confusions (Evaluation's `MaskedConfusions.encoded()` in Base64).
        public var confusions: String?
        /// What it took; nil where nobody knows, as of imported predictions.
        public var work: Work?

        /// Makes a scene that is not done.
        public init(name: String, state: SceneState, sampleTokens: [String], failure: String? = nil) {
            self.name = name
            self.state = state
            self.sampleTokens = sampleTokens
            self.failure = failure
        }

        /// Makes a scene that is done.
        public init(
            name: String,
            sampleTokens: [String],
            lease: Int64,
            fileName: String,
            byteCount: Int,
            sha256: String,
            metrics: String? = nil,
            confusions: String? = nil
        ) {
            self.init(name: name, state: .done, sampleTokens: sampleTokens)
            self.lease = lease
            self.fileName = fileName
            self.byteCount = byteCount
            self.sha256 = sha256
            self.metrics = metrics
            self.confusions = confusions
        }
    }

    /// Version of the manifest's format.
    public static let currentFormatVersion = 1

    /// Version of the manifest's format, 1.
    public var formatVersion = RunManifest.currentFormatVersion
    /// Name of the run.
    public var run: String
    /// Name of the dataset.
    public var dataset: String
    /// Folder of the dataset as submitted.
    public var datasetFolder: String
    /// Version of the dataset.
    public var datasetVersion: String
    /// Split of the dataset.
    public var split: String
    /// Name of the model package's configuration.
    public var model: String
    /// SHA-256 of the model package, 64 hexadecimal digits.
    public var modelDigest: String
    /// Arithmetic of the full-precision layers: `fp32`, the only one that there is.
    public var precision: String
    /// Further settings of the run, by name.
    public var settings: [String: String]
    /// Name and version of the writer.
    public var software: String
    /// When the manifest was written, in UTC (ISO 8601).
    public var writtenAt: String
    /// The scenes in the order of the dataset.
    public var scenes: [Scene]

    /// Makes a manifest of the current format version.
    public init(
        run: String,
        dataset: String,
        datasetFolder: String,
        datasetVersion: String,
        split: String,
        model: String,
        modelDigest: String,
        precision: String,
        settings: [String: String] = [:],
        software: String,
        writtenAt: String,
        scenes: [Scene]
    ) {
        self.run = run
        self.dataset = dataset
        self.datasetFolder = datasetFolder
        self.datasetVersion = datasetVersion
        self.split = split
        self.model = model
        self.modelDigest = modelDigest
        self.precision = precision
        self.settings = settings
        self.software = software
        self.writtenAt = writtenAt
        self.scenes = scenes
    }

    /// Key of `settings` under which the number of the run's samples stands.
    public static let expectedSamplesKey = "samples"

    /// The scenes that have an accepted file.
    public var done: [Scene] { scenes.filter { $0.state == .done } }

    /// The accepted lease of each scene that is done.
    public var acceptedLeases: [String: Int64] {
        Dictionary(scenes.compactMap { scene in scene.lease.map { (scene.name, $0) } }, uniquingKeysWith: max)
    }
}
