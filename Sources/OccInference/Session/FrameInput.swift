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
