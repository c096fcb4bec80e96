internal import Foundation

/// What a run is: all that scheduler and workers must agree on, stored as JSON with the run.
///
/// Two submissions with equal settings are the same run; the second is a resume of the first.
public struct RunSettings: Codable, Equatable, Sendable {
    /// The kind of a run in the queue: workers claim only kinds whose model they have.
    public var kind: String { Self.kind(modelDigest: modelDigest) }

    /// The kind of the runs of a model.
    public static func kind(modelDigest: String) -> String { "predict-\(modelDigest.prefix(16))" }

    /// The version of this document and of the payloads that go with it; workers leave newer ones alone.
    ///
    /// Since 2 payloads tell where the lidar was, and hold the annotations of detection runs.
    public static let currentFormatVersion = 2
    /// The name that stands in `split` where no split was asked for.
    public static let everyScene = "all"

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

    /// Makes settings.
    public init(
        datasetRoot: String,
        datasetVersion: String,
        split: String,
        modelConfiguration: String,
        modelDigest: String,
        modelPath: String,
        precision: Precision,
        outputDirectory: String
    ) {
        self.datasetRoot = datasetRoot
        self.datasetVersion = datasetVersion
        self.split = split
        self.modelConfiguration = modelConfiguration
        self.modelDigest = modelDigest
        self.modelPath = modelPath
        self.precision = precision
        self.outputDirectory = outputDirectory
    }

    /// Arithmetic of the full-precision layers.
    public enum Precision: String, Codable, CaseIterable, Sendable {
        /// 32-bit floating point, in agreement with the published code.
        case fp32
    }

    /// The settings as JSON text with sorted keys.
    public func encoded() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Reads settings from JSON text.
    ///
    /// - Throws: `RunContractError` when the text is not a settings document.
    public init(json: String, run: String) throws {
        do {
            self = try JSONDecoder().decode(RunSettings.self, from: Data(json.utf8))
        } catch {
            throw RunContractError(
                "the settings of run '\(run)' cannot be read (\(error)); was it submitted by another version of this program?",
                isNewer: true
            )
        }
    }

    /// Whether two settings define the same predictions in the same place; where the model file lies does not matter.
    ///
    /// - Parameter anyOutput: whether the output folder does not matter either, because it was moved with all that is in it.
    public func definesSameRun(as other: RunSettings, anyOutput: Bool = false) -> Bool {
        var copy = other
        copy.modelPath = modelPath
        if anyOutput { copy.outputDirectory = outputDirectory }
        return copy == self
    }
}
