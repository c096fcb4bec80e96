internal import BinaryKernels

/// What steps of a program read besides buffers: the frame's input, and where results go that are no feature maps.
struct FrameContext {
    /// RGB pixels of the frame's cameras.
    var imagesRGB: UnsafePointer<UInt8>?
    /// Where and with what weight image features fall on the grid.
    var pooling: VoxelPooling
    /// Where labels go.
    var labels: UnsafeMutablePointer<UInt8>?
    /// Where all logits of the occupancy head go, if they are tapped.
    var logits: UnsafeMutablePointer<Float>?
    /// Where a detection head's boxes go.
    var detections: UnsafeMutablePointer<Detections>?
    /// Slot that the frame's image branch stands in.
    var slot = 0
    /// Slot of the adjacent frame's; nil is the reference.
    var adjacentSlot: Int?
    /// From every camera to its adjacent frame.
    var views: UnsafePointer<occ_stereo_view>?
    /// What the depth network is told of every camera.
    var cameraInputs: UnsafePointer<Float>?
}
