internal import TensorRuntime

/// Images and calibration of all cameras at one time.
public struct FrameInput: Equatable, Sendable {
    /// Names the frame, such as its sample token: unique among the frames that a session is given until `InferenceSession.forget()`.
    ///
    /// Frames of one name have the same images; their calibration may differ. A frame without a name, "", is never remembered.
    public var key: String
    /// RGB pixels `[cameras, height, width, 3]`, resized and cropped but not normalised; may be empty if the session remembers the
    /// frame's key.
    public var imagesRGB: [UInt8]
    /// Camera to ego, row-major `[cameras, 4, 4]`, metres.
    public var sensorToEgo: [Float]
    /// Ego to global at each camera's time, row-major `[cameras, 4, 4]`, metres.
    public var egoToGlobal: [Float]
    /// Camera matrices of the original images, row-major `[cameras, 3, 3]`, pixels.
    public var intrinsics: [Float]
    /// Which features see nothing of the world (the own vehicle, what lies outside a lens), `[cameras, feature height, feature width]`: 1 is
    /// left out of pooling; empty where all take part.
    public var ignoredFeatures: [UInt8]

    /// Makes a frame from its arrays.
    public init(
        key: String = "",
        imagesRGB: [UInt8],
        sensorToEgo: [Float],
        egoToGlobal: [Float],
        intrinsics: [Float],
        ignoredFeatures: [UInt8] = []
    ) {
        self.key = key
        self.imagesRGB = imagesRGB
        self.sensorToEgo = sensorToEgo
        self.egoToGlobal = egoToGlobal
        self.intrinsics = intrinsics
        self.ignoredFeatures = ignoredFeatures
    }

    /// The pixels of all cameras of the frame whose image branch runs.
    static let pictures = InputSlot<UnsafePointer<UInt8>>("pictures")
}
