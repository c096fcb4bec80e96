/// What a network reads for one sample: images and calibration of every camera, for one or more frames.
public struct KeyframeInput: Equatable, Sendable {
    /// The frames, newest first: the keyframe, then earlier ones as many as the network's configuration asks for.
    public var frames: [FrameInput]
    /// Image augmentation applied by preprocessing, the same for every camera.
    public var augmentation: ImageAugmentation

    /// Makes an input from its frames.
    public init(frames: [FrameInput], augmentation: ImageAugmentation) {
        self.frames = frames
        self.augmentation = augmentation
    }
}

/// Images and calibration of all cameras at one time.
public struct FrameInput: Equatable, Sendable {
    /// RGB pixels `[cameras, height, width, 3]`, resized and cropped but not normalised.
    public var imagesRGB: [UInt8]
    /// Camera to ego, row-major `[cameras, 4, 4]`, metres.
    public var sensorToEgo: [Float]
    /// Ego to global at each camera's time, row-major `[cameras, 4, 4]`, metres.
    public var egoToGlobal: [Float]
    /// Camera matrices of the original images, row-major `[cameras, 3, 3]`, pixels.
    public var intrinsics: [Float]

    /// Makes a frame from its arrays.
    public init(imagesRGB: [UInt8], sensorToEgo: [Float], egoToGlobal: [Float], intrinsics: [Float]) {
        self.imagesRGB = imagesRGB
        self.sensorToEgo = sensorToEgo
        self.egoToGlobal = egoToGlobal
        self.intrinsics = intrinsics
    }
}

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
