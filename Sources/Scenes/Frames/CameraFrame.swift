/// One camera's image of a sample, with everything needed to place its pixels in the world.
public struct CameraFrame: Hashable, Sendable {
    /// The camera's channel, such as `CAM_FRONT`; one of `CameraOrder.published` is the place that the camera takes in a network.
    public var channel: String
    /// The image's path relative to the dataset's folder of pictures; never absolute, never with a `..` component.
    public var imagePath: String
    /// Where the image is in the recording at `imagePath`; nil where `imagePath` is the image itself.
    public var recorded: RecordedPicture?
    /// The image's width in pixels, as the table gives it.
    public var width: Int
    /// The image's height in pixels, as the table gives it.
    public var height: Int
    /// The time of exposure, microseconds since 1970.
    public var timestamp_us: Int64
    /// The 3 x 3 intrinsic matrix in pixels, row-major, 9 values.
    public var intrinsics: [Double]
    /// What the lens does beyond the intrinsic matrix; `none` for rectified images, as nuScenes has them.
    public var lens: CameraLens
    /// Path of a mask of the image's size, 0 where pixels are not to be used; relative as `imagePath`; nil where all are.
    public var maskPath: String?
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
        egoToGlobal: RigidTransform,
        recorded: RecordedPicture? = nil,
        lens: CameraLens = .none,
        maskPath: String? = nil
    ) {
        self.channel = channel
        self.imagePath = imagePath
        self.width = width
        self.height = height
        self.timestamp_us = timestamp_us
        self.intrinsics = intrinsics
        self.sensorToEgo = sensorToEgo
        self.egoToGlobal = egoToGlobal
        self.recorded = recorded
        self.lens = lens
        self.maskPath = maskPath
    }

    /// The intrinsic matrix in single precision, as the published loader hands it to the network (`torch.Tensor`, float32).
    public var intrinsicsFloat32: [Float] { intrinsics.map(Float.init) }
}
