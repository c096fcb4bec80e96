/// What a run is: all that scheduler and workers must agree on, stored as JSON with the run.
///
/// Two submissions with equal settings are the same run; the second is a resume of the first.
public struct RunSettings: Codable, Equatable, Sendable {
    /// The version of this document and of the payloads that go with it; workers leave newer ones alone.
    public static let currentFormatVersion = 1

    /// Version of this document.
    public var formatVersion: Int
    /// Root folder of the dataset as the submitting host sees it; workers may mount it elsewhere.
    public var datasetRoot: String
    /// Version of the dataset's tables: "v1.0-trainval".
    public var datasetVersion: String
    /// Split name; "all" for every scene of the version.
    public var split: String
    /// Name of the published configuration that the model package was imported with.
    public var modelConfiguration: String
    /// SHA-256 of the model package, 64 hexadecimal digits.
    public var modelDigest: String
    /// Path of the model package as the submitting host sees it.
    public var modelPath: String
    /// Arithmetic of the full-precision layers.
    public var precision: Precision
    /// Output folder as the submitting host sees it; scene files lie in `<output>/runs/<run>/`.
    public var outputDirectory: String
    /// Attempts that may end in an error before a scene counts as failed.
    public var maximumErrors: Int

    /// Makes settings of the current format version.
    public init(
        datasetRoot: String, datasetVersion: String, split: String, modelConfiguration: String, modelDigest: String,
        modelPath: String, precision: Precision, outputDirectory: String, maximumErrors: Int = 3
    ) {
        self.formatVersion = Self.currentFormatVersion
        self.datasetRoot = datasetRoot
        self.datasetVersion = datasetVersion
        self.split = split
        self.modelConfiguration = modelConfiguration
        self.modelDigest = modelDigest
        self.modelPath = modelPath
        self.precision = precision
        self.outputDirectory = outputDirectory
        self.maximumErrors = maximumErrors
    }

    /// Arithmetic of the full-precision layers.
    public enum Precision: String, Codable, CaseIterable, Sendable {
        /// 32-bit floating point, in agreement with the published code.
        case fp32
    }
}
