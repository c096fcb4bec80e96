/// Seconds of one frame, by stage.
public struct StageTimings: Equatable, Sendable {
    /// Normalising images into the network's input.
    public var preprocessingSeconds = 0.0
    /// `img_backbone`.
    public var backboneSeconds = 0.0
    /// `img_neck`.
    public var neckSeconds = 0.0
    /// `img_view_transformer`.
    public var viewTransformSeconds = 0.0
    /// `img_bev_encoder_backbone` and `img_bev_encoder_neck`.
    public var bevEncoderSeconds = 0.0
    /// The task's head.
    public var headSeconds = 0.0
    /// From the head's output to the prediction.
    public var decodingSeconds = 0.0

    /// All stages together.
    public var totalSeconds: Double { rows.reduce(0) { $0 + $1.seconds } }

    /// The stages in the order of execution, for tables.
    public var rows: [(stage: String, seconds: Double)] {
        let seconds: [(NetworkStage, Double)] = [
            (.preprocessing, preprocessingSeconds), (.backbone, backboneSeconds), (.neck, neckSeconds),
            (.viewTransform, viewTransformSeconds), (.bevEncoder, bevEncoderSeconds), (.head, headSeconds),
            (.decoding, decodingSeconds),
        ]
        return seconds.map { ($0.title, $1) }
    }

    /// All zero.
    public init() {}

    mutating func add(_ seconds: Double, to stage: NetworkStage) {
        switch stage {
        case .preprocessing: preprocessingSeconds += seconds
        case .backbone: backboneSeconds += seconds
        case .neck: neckSeconds += seconds
        case .viewTransform: viewTransformSeconds += seconds
        case .bevEncoder: bevEncoderSeconds += seconds
        case .head: headSeconds += seconds
        case .decoding: decodingSeconds += seconds
        }
    }
}
