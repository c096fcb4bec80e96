/// What a network reads for one sample: images and calibration of every camera, for one or more frames.
public struct KeyframeInput: Equatable, Sendable {
    /// The frames, newest first: the keyframe, then earlier ones as many as the network's configuration asks for.
    ///
    /// The published loader puts the keyframe itself in the place of a frame outside the scene; so does the caller, and the same key
    /// may then stand here more than once.
    public var frames: [FrameInput]
    /// Image augmentation applied by preprocessing, the same for every camera.
    public var augmentation: ImageAugmentation

    /// Makes an input from its frames.
    public init(frames: [FrameInput], augmentation: ImageAugmentation) {
        self.frames = frames
        self.augmentation = augmentation
    }
}
