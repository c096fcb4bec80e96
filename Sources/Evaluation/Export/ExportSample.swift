public import Scenes

/// One prediction on its way to other people's programs.
public struct ExportSample: Sendable {
    /// Name of the scene.
    public let scene: String
    /// Token of the sample.
    public let token: String
    /// Predicted labels, uint8 [200, 200, 16] in row-major order.
    public let prediction: [UInt8]
    /// The ground truth, where there is one.
    public let truth: VoxelLabels?
    /// What was seen of the prediction; `labels` needs it.
    public let masks: VoxelMasks?

    /// Makes a sample.
    public init(
        scene: String,
        token: String,
        prediction: [UInt8],
        truth: VoxelLabels? = nil,
        masks: VoxelMasks? = nil
    ) {
        self.scene = scene
        self.token = token
        self.prediction = prediction
        self.truth = truth
        self.masks = masks
    }
}

/// The `.npz` files that other programs read.
public enum ExportDialect: String, Codable, CaseIterable, Sendable {
    /// `<token>.npz` with one unnamed array (`arr_0`): submissions to the Occ3D server.
    case evalAI = "evalai"
    /// `<token>.npz` with `pred`: SparseOcc's evaluation.
    case sparseOcc = "sparseocc"
    /// `<scene>/<token>/pred.npz` with `pred`, `gt` where there is ground truth, and `sample_token`: FlashOcc's `show_dir`.
    case flashOcc = "flashocc"
    /// `gts/<scene>/<token>/labels.npz` with `semantics`, `mask_lidar` and `mask_camera`: predictions in the layout of Occ3D's labels.
    case labels
}
