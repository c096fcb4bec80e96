/// Everything of an input that decides where image features fall on the grid.
struct FrameCalibration: Equatable, Sendable {
    var sensorToEgo: [Float]
    var egoToGlobal: [Float]
    var intrinsics: [Float]
    var augmentations: [ImageAugmentation]
    /// Pose of the keyframe's first camera, `[4, 4]`; nil is that of this frame's.
    var keyEgoToGlobal: [Float]?
}
