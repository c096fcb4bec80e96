/// How pixels of the original images became pixels of the network's input: `q = rotation * p + translation`.
public struct ImageAugmentation: Equatable, Sendable {
    /// `post_rot`, row-major `[3, 3]`.
    public var rotation: [Float]
    /// `post_tran`, `[3]`, pixels.
    public var translation: [Float]

    /// Makes an augmentation from its two arrays.
    public init(rotation: [Float], translation: [Float]) {
        self.rotation = rotation
        self.translation = translation
    }
}

extension [ImageAugmentation] {
    /// That of a camera; a single one is that of every camera.
    func of(camera: Int) -> ImageAugmentation { self[count == 1 ? 0 : camera] }
}

/// Everything of an input that decides where image features fall on the grid.
struct FrameCalibration: Equatable, Sendable {
    var sensorToEgo: [Float]
    var egoToGlobal: [Float]
    var intrinsics: [Float]
    var augmentations: [ImageAugmentation]
    /// As in `FrameInput`.
    var ignoredFeatures: [UInt8] = []
    /// Pose of the keyframe's first camera, `[4, 4]`; nil is that of this frame's.
    var keyEgoToGlobal: [Float]?
}
