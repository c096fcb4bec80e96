/// One camera's image of a sample, with everything needed to place its pixels in the world.
public struct CameraFrame: Hashable, Sendable {
    /// The camera's channel, such as `CAM_FRONT`.
    public var channel: String
    /// The image's path relative to the dataset's root; never absolute, never with a `..` component.
    public var imagePath: String
    /// The image's width in pixels, as the table gives it.
    public var width: Int
    /// The image's height in pixels, as the table gives it.
    public var height: Int
    /// The time of exposure, microseconds since 1970.
    public var timestamp_us: Int64
    /// The 3 x 3 intrinsic matrix in pixels, row-major, 9 values.
    public var intrinsics: [Double]
    /// The camera's place on the vehicle.
    public var sensorToEgo: RigidTransform
    /// The vehicle's pose at the time of this exposure (each camera of a sample has its own).
    public var egoToGlobal: RigidTransform

    /// Makes a frame from its parts.
    public init(
        channel: String,
        imagePath: String,
        width: Int,
        height: Int,
        timestamp_us: Int64,
        intrinsics: [Double],
        sensorToEgo: RigidTransform,
        egoToGlobal: RigidTransform
    ) {
        self.channel = channel
        self.imagePath = imagePath
        self.width = width
        self.height = height
        self.timestamp_us = timestamp_us
        self.intrinsics = intrinsics
        self.sensorToEgo = sensorToEgo
        self.egoToGlobal = egoToGlobal
    }

    /// The intrinsic matrix in single precision, as the published loader hands it to the network (`torch.Tensor`, float32).
    public var intrinsicsFloat32: [Float] { intrinsics.map(Float.init) }
}
