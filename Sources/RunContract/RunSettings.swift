internal import Foundation
public import Scenes
public import Storage

/// What a run is: all that scheduler and workers must agree on, stored as JSON with the run.
///
/// Two submissions with equal settings are the same run; the second is a resume of the first.
public struct RunSettings: Codable, Equatable, Sendable {
    /// What of these settings decides predictions.
    public var identity: PredictionIdentity {
        PredictionIdentity(
            modelDigest: modelDigest,
            precision: precision,
            rescalesIntrinsics: rescaleIntrinsics,
            virtualRig: virtualRig,
            reducesDecoding: reducedDecoding,
            semanticsVersion: semanticsVersion
        )
    }

    /// The kind of the run in the queue: workers claim only kinds that they can compute.
    public var kind: String { identity.kind }

    /// The version of this document and of the payloads that go with it; workers leave newer ones alone.
    ///
    /// Since 2 payloads tell where the lidar was, and hold the annotations of detection runs. Since 3 settings may say that predictions
    /// are made otherwise than version 0.1 would. Since 4 there are other precisions than fp32. Since 5 there are other kinds of datasets
    /// than nuScenes tables, and payloads that tell of other rigs. Since 6 pictures may be decoded to fewer pixels.
    public static let currentFormatVersion = 6
    /// The version of the run with these settings: the first whose workers compute it rightly.
    public var formatVersion: Int {
        max(identity.formatVersion, datasetKind == Self.formerDatasetKind ? 1 : 5)
    }
    /// The name that stands in `split` where no split was asked for.
    public static let everyScene = "all"
    /// The kind of dataset that settings without a kind mean.
    public static let formerDatasetKind = "nuscenes"

    /// The split that was asked for; nil for every scene.
    public var namedSplit: String? { Self.namedSplit(split) }

    /// The split that a name means; nil for every scene.
    public static func namedSplit(_ name: String) -> String? { name == everyScene ? nil : name }

    /// The kind of the dataset, a `DatasetKind`.
    public var datasetKind: String
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
    /// Whether intrinsics follow pictures that are not of the size that the tables give; otherwise such pictures are refused.
    public var rescaleIntrinsics: Bool
    /// The cameras that pictures are turned and scaled to; empty takes the rig as it is.
    public var virtualRig: [VirtualCamera]
    /// Whether JPEG pictures are decoded to fewer pixels where they are shrunk anyway.
    public var reducedDecoding: Bool
    /// Which rules lead from pictures to predictions.
    public var semanticsVersion: Int

    /// Makes settings.
    public init(
        datasetKind: String = RunSettings.formerDatasetKind,
        datasetRoot: String,
        datasetVersion: String,
        split: String,
        modelConfiguration: String,
        modelDigest: String,
        modelPath: String,
        precision: Precision = .fp32,
        outputDirectory: String,
        rescaleIntrinsics: Bool = false,
        virtualRig: [VirtualCamera] = [],
        reducedDecoding: Bool = false
    ) {
        self.datasetKind = datasetKind
        self.datasetRoot = datasetRoot
        self.datasetVersion = datasetVersion
        self.split = split
        self.modelConfiguration = modelConfiguration
        self.modelDigest = modelDigest
        self.modelPath = modelPath
        self.precision = precision
        self.outputDirectory = outputDirectory
        self.rescaleIntrinsics = rescaleIntrinsics
        self.virtualRig = virtualRig
        self.reducedDecoding = reducedDecoding
        semanticsVersion = PredictionIdentity.currentSemanticsVersion
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
            guard (1...PredictionIdentity.currentSemanticsVersion).contains(semanticsVersion) else {
                throw RunContractError("rules of prediction of version \(semanticsVersion)")
            }
            guard let flawed = virtualRig.first(where: { !$0.isUsable }) else { return }
            throw RunContractError("a virtual camera that is none, \(flawed.words)")
        } catch {
            throw RunContractError(
                "the settings of run '\(run)' cannot be read (\(error)); was it submitted by another version of this program?",
                isNewer: true
            )
        }
    }

    private enum CodingKeys: String, CodingKey {
        case datasetKind, datasetRoot, datasetVersion, split, modelConfiguration, modelDigest, modelPath, precision,
            outputDirectory
        case rescaleIntrinsics
        case virtualRig
        case reducedDecoding
        case semanticsVersion = "semantics"
    }

    /// Reads settings of any version; what an older one does not have stands for what its workers did.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        datasetKind = try container.decodeIfPresent(String.self, forKey: .datasetKind) ?? Self.formerDatasetKind
        datasetRoot = try container.decode(String.self, forKey: .datasetRoot)
        datasetVersion = try container.decode(String.self, forKey: .datasetVersion)
        split = try container.decode(String.self, forKey: .split)
        modelConfiguration = try container.decode(String.self, forKey: .modelConfiguration)
        modelDigest = try container.decode(String.self, forKey: .modelDigest)
        modelPath = try container.decode(String.self, forKey: .modelPath)
        precision = try container.decode(Precision.self, forKey: .precision)
        outputDirectory = try container.decode(String.self, forKey: .outputDirectory)
        rescaleIntrinsics = try container.decodeIfPresent(Bool.self, forKey: .rescaleIntrinsics) ?? false
        virtualRig = try container.decodeIfPresent([VirtualCamera].self, forKey: .virtualRig) ?? []
        reducedDecoding = try container.decodeIfPresent(Bool.self, forKey: .reducedDecoding) ?? false
        semanticsVersion = try container.decodeIfPresent(Int.self, forKey: .semanticsVersion) ?? 1
    }

    /// Writes settings; those that version 0.1 could express are written as it did.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if datasetKind != Self.formerDatasetKind { try container.encode(datasetKind, forKey: .datasetKind) }
        try container.encode(datasetRoot, forKey: .datasetRoot)
        try container.encode(datasetVersion, forKey: .datasetVersion)
        try container.encode(split, forKey: .split)
        try container.encode(modelConfiguration, forKey: .modelConfiguration)
        try container.encode(modelDigest, forKey: .modelDigest)
        try container.encode(modelPath, forKey: .modelPath)
        try container.encode(precision, forKey: .precision)
        try container.encode(outputDirectory, forKey: .outputDirectory)
        if rescaleIntrinsics { try container.encode(true, forKey: .rescaleIntrinsics) }
        if !virtualRig.isEmpty { try container.encode(virtualRig, forKey: .virtualRig) }
        if reducedDecoding { try container.encode(true, forKey: .reducedDecoding) }
        if semanticsVersion != 1 { try container.encode(semanticsVersion, forKey: .semanticsVersion) }
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

    /// What differs from other settings, in words.
    ///
    /// Where the model file lies does not count. Empty where both define the same run.
    public func differences(from other: RunSettings) -> [String] {
        let facts = [
            ("the kind of dataset", datasetKind, other.datasetKind),
            ("the dataset's folder", datasetRoot, other.datasetRoot),
            ("the dataset's version", datasetVersion, other.datasetVersion), ("the split", split, other.split),
            ("the network", modelConfiguration, other.modelConfiguration),
            ("the output folder", outputDirectory, other.outputDirectory),
        ]
        return facts.filter { $0.1 != $0.2 }.map { "\($0.0) ('\($0.1)' here, '\($0.2)' there)" }
            + identity.differences(from: other.identity)
    }

    /// Key of the manifest's settings under which it stands that intrinsics followed the pictures.
    public static let rescaleIntrinsicsKey = "rescaleIntrinsics"
    /// Key of the manifest's settings under which the virtual cameras stand, in words.
    public static let virtualRigKey = "virtualRig"

    /// Key of the manifest's settings under which it stands that pictures were decoded to fewer pixels.
    public static let reducedDecodingKey = "reducedDecoding"

    /// A manifest of a run with these settings.
    ///
    /// - Parameter samples: samples of the whole run; nil for a manifest that is never written.
    public func manifest(
        of run: String,
        samples: Int?,
        software: String,
        writtenAt: String,
        scenes: [RunManifest.Scene]
    ) -> RunManifest {
        RunManifest(
            run: run,
            dataset: datasetKind,
            datasetFolder: datasetRoot,
            datasetVersion: datasetVersion,
            split: split,
            model: modelConfiguration,
            modelDigest: modelDigest,
            precision: precision.rawValue,
            settings: samples.map(manifestEntries) ?? [:],
            software: software,
            writtenAt: writtenAt,
            scenes: scenes
        )
    }

    /// What `run.json` keeps of these settings besides its own fields.
    ///
    /// - Parameter samples: samples of the whole run.
    public func manifestEntries(samples: Int) -> [String: String] {
        var entries = [RunManifest.expectedSamplesKey: String(samples)]
        if rescaleIntrinsics { entries[Self.rescaleIntrinsicsKey] = "true" }
        if !virtualRig.isEmpty { entries[Self.virtualRigKey] = virtualRig.map(\.words).joined(separator: ", ") }
        if reducedDecoding { entries[Self.reducedDecodingKey] = "true" }
        return entries
    }
}
