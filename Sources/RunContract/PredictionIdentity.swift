public import Scenes

/// What decides predictions, and nothing else: equal identities give equal predictions of equal pictures.
///
/// Made in one place, `RunSettings.identity`. Prepared models and predictors are kept by it, the queue's kinds are made of it, and a run is
/// another one where it differs. Paths, dates and versions of programs are no part of it.
public struct PredictionIdentity: Hashable, Sendable {
    /// The digest of the model package: configuration and weights.
    public let modelDigest: String
    /// Arithmetic of the full-precision layers.
    public let precision: Precision
    /// Whether intrinsics follow pictures that are not of the size that the tables give.
    public let rescalesIntrinsics: Bool
    /// The cameras that pictures are turned and scaled to; empty takes the rig as it is.
    public let virtualRig: [VirtualCamera]
    /// Whether JPEG pictures are decoded to fewer pixels where they are shrunk anyway.
    public let reducesDecoding: Bool
    /// Which rules lead from pictures to predictions; grows when the same model and pictures begin to give
    /// what rounding does not explain.
    public let semanticsVersion: Int

    /// The rules that this program works by.
    public static let currentSemanticsVersion = 1

    /// Puts an identity together.
    public init(
        modelDigest: String,
        precision: Precision = .fp32,
        rescalesIntrinsics: Bool = false,
        virtualRig: [VirtualCamera] = [],
        reducesDecoding: Bool = false,
        semanticsVersion: Int = PredictionIdentity.currentSemanticsVersion
    ) {
        self.modelDigest = modelDigest
        self.precision = precision
        self.rescalesIntrinsics = rescalesIntrinsics
        self.virtualRig = virtualRig
        self.reducesDecoding = reducesDecoding
        self.semanticsVersion = semanticsVersion
    }

    /// One of each kind that this program can compute with a model.
    public static func all(ofModel digest: String) -> [PredictionIdentity] {
        // Which virtual cameras does not matter to a kind.
        let anyRig = VirtualCamera(slot: "", width_px: 1, height_px: 1, focalX_px: 1, focalY_px: 1, yaw_deg: 0)
        return Precision.allCases.flatMap { precision in
            [false, true].flatMap { rescales in
                [[], [anyRig]].flatMap { rig in
                    [false, true].map { reduces in
                        PredictionIdentity(
                            modelDigest: digest,
                            precision: precision,
                            rescalesIntrinsics: rescales,
                            virtualRig: rig,
                            reducesDecoding: reduces
                        )
                    }
                }
            }
        }
    }

    /// The kind of a run in the queue: workers claim only kinds that they can compute.
    ///
    /// What version 0.1 could compute has the kind that it gave it.
    public var kind: String {
        let precisionTrait = precision == .fp32 ? [] : [precision.rawValue]
        return (["predict-\(modelDigest.prefix(16))"] + precisionTrait + traits).joined(separator: "-")
    }

    /// What a run's name is made of, besides its dataset and place.
    var nameParts: [String] { [modelDigest, precision.rawValue] + traits + virtualRig.map(\.words) }

    /// What differs from the first program's ways; none for most runs.
    private var traits: [String] {
        (rescalesIntrinsics ? ["rescaled"] : []) + (virtualRig.isEmpty ? [] : ["virtual"])
            + (reducesDecoding ? ["reduced"] : []) + (semanticsVersion == 1 ? [] : ["semantics\(semanticsVersion)"])
    }

    /// The version of settings that a run needs: 3 where a worker of version 0.1 would compute something else, 4 where workers must know
    /// other precisions than fp32, 5 where they must know virtual cameras, 6 where they must know reduced decoding.
    var formatVersion: Int {
        reducesDecoding ? 6 : !virtualRig.isEmpty ? 5 : precision != .fp32 ? 4 : traits.isEmpty ? 2 : 3
    }

    /// What differs from another identity, in words; empty where nothing does.
    public func differences(from other: PredictionIdentity) -> [String] {
        var words: [String] = []
        if modelDigest != other.modelDigest {
            words.append("the model's digest (\(modelDigest.prefix(10)) here, \(other.modelDigest.prefix(10)) there)")
        }
        if precision != other.precision { words.append("precision (\(precision) here, \(other.precision) there)") }
        if rescalesIntrinsics != other.rescalesIntrinsics {
            words.append("--rescale-intrinsics (\(rescalesIntrinsics ? "given here" : "given there"))")
        }
        if virtualRig != other.virtualRig {
            func cameras(_ rig: [VirtualCamera]) -> String {
                rig.isEmpty ? "none" : rig.map(\.words).joined(separator: ", ")
            }
            words.append("--virtual-cameras (\(cameras(virtualRig)) here, \(cameras(other.virtualRig)) there)")
        }
        if reducesDecoding != other.reducesDecoding {
            words.append("--reduced-decoding (\(reducesDecoding ? "given here" : "given there"))")
        }
        if semanticsVersion != other.semanticsVersion {
            words.append("the rules of prediction (\(semanticsVersion) here, \(other.semanticsVersion) there)")
        }
        return words
    }
}
