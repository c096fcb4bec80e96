/// All that is needed to build a network, but for its weights; stored in the model package.
public struct NetworkConfiguration: Codable, Equatable, Sendable {
    /// The published configuration's name: `flashocc-r50_BDC-T`.
    public var name: String
    /// Cameras of a frame.
    public var cameras: Int
    /// Frames of a keyframe input: 1, or more for networks that look back.
    public var frames: Int
    /// Rows of a network's input image.
    public var inputHeight: Int
    /// Columns of a network's input image.
    public var inputWidth: Int
    /// Grid in the key ego frame, metres.
    public var gridX: GridAxis
    /// Grid in the key ego frame, metres.
    public var gridY: GridAxis
    /// Grid in the key ego frame, metres.
    public var gridZ: GridAxis
    /// Depth bins, metres.
    public var gridDepth: GridAxis
    /// Pixels of the input image for one pixel of the image features.
    public var downsample: Int
    /// `img_backbone`.
    public var imageBackbone: ModuleConfiguration
    /// `img_neck`.
    public var imageNeck: ModuleConfiguration
    /// `img_view_transformer`.
    public var viewTransformer: ModuleConfiguration
    /// `img_bev_encoder_backbone`.
    public var bevBackbone: ModuleConfiguration
    /// `img_bev_encoder_neck`.
    public var bevNeck: ModuleConfiguration
    /// `occ_head` or `pts_bbox_head`.
    public var head: ModuleConfiguration
    /// How boxes are decoded; nil for networks that predict occupancy.
    public var detection: DetectionConfiguration?
    /// How frames are compared and joined; nil for networks of one frame.
    public var stereo: StereoConfiguration?

    /// The published module path of the head.
    var headName: String { detection == nil ? "occ_head" : "pts_bbox_head" }
    /// Voxels of a prediction; 0 for networks that predict boxes.
    var voxelCount: Int { detection == nil ? gridX.cells * gridY.cells * head.outChannels[1] : 0 }
}
