/// What a network reads for one sample: images and calibration of every camera, for one or more frames.
public struct KeyframeInput: Equatable, Sendable {
    /// The frames, newest first: the keyframe, then earlier ones as many as the network's configuration asks for.
    ///
    /// The published loader puts the keyframe itself in the place of a frame outside the scene; so does the caller, and the same key
    /// may then stand here more than once.
    public var frames: [FrameInput]
    /// Image augmentation applied by preprocessing: one for every camera, or a single one for all of them.
    public var augmentations: [ImageAugmentation]

    /// Makes an input of which all cameras were resized and cut alike.
    public init(frames: [FrameInput], augmentation: ImageAugmentation) {
        self.init(frames: frames, augmentations: [augmentation])
    }

    /// Makes an input of which each camera was resized and cut by itself.
    public init(frames: [FrameInput], augmentations: [ImageAugmentation]) {
        self.frames = frames
        self.augmentations = augmentations
    }
}
