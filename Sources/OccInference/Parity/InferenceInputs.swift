public import ArrayFiles

/// Everything a network is fed with for one keyframe, as the parity files hold it.
///
/// Frame 0 is the keyframe, later frames go back in time. All frames and cameras share one post-transformation, as at test time
/// with pictures of one size.
public struct InferenceInputs: Equatable, Sendable {
    /// One moment: the pictures and poses of all cameras.
    public struct Frame: Equatable, Sendable {
        /// RGB bytes after resize and crop, before normalisation: [cameras, height, width, 3].
        public var images: [UInt8]
        /// Camera to ego at the camera's own time: [cameras, 4, 4].
        public var sensor2ego: [Float]
        /// Ego at the camera's own time to the world: [cameras, 4, 4].
        public var ego2global: [Float]
        /// Pinhole matrices of the whole pictures: [cameras, 3, 3].
        public var intrinsics: [Float]

        /// Makes a frame from its parts.
        public init(images: [UInt8], sensor2ego: [Float], ego2global: [Float], intrinsics: [Float]) {
            self.images = images
            self.sensor2ego = sensor2ego
            self.ego2global = ego2global
            self.intrinsics = intrinsics
        }
    }

    /// The cameras in the published order.
    public static let cameras = [
        "CAM_FRONT_LEFT", "CAM_FRONT", "CAM_FRONT_RIGHT", "CAM_BACK_LEFT", "CAM_BACK", "CAM_BACK_RIGHT",
    ]

    /// The keyframe and the frames before it.
    public var frames: [Frame]
    /// Number of cameras.
    public var cameraCount: Int
    /// Rows of each picture.
    public var height: Int
    /// Columns of each picture.
    public var width: Int
    /// `post_rot`, [3, 3].
    public var postRotation: [Float]
    /// `post_tran`, [3].
    public var postTranslation: [Float]

    /// Makes inputs from their parts.
    ///
    /// - Throws: `ArrayFileError` (`mismatch`) where a part has not the size of the others.
    public init(
        frames: [Frame],
        cameraCount: Int,
        height: Int,
        width: Int,
        postRotation: [Float],
        postTranslation: [Float]
    ) throws {
        let fits = frames.allSatisfy {
            $0.images.count == cameraCount * height * width * 3 && $0.sensor2ego.count == cameraCount * 16
                && $0.ego2global.count == cameraCount * 16 && $0.intrinsics.count == cameraCount * 9
        }
        guard fits, !frames.isEmpty, postRotation.count == 9, postTranslation.count == 3 else {
            throw ArrayFileError(
                .mismatch,
                source: "inputs",
                "pictures, poses and intrinsics of \(frames.count) frames do not fit \(cameraCount) cameras of "
                    + "\(width) x \(height) pixels"
            )
        }
        self.frames = frames
        self.cameraCount = cameraCount
        self.height = height
        self.width = width
        self.postRotation = postRotation
        self.postTranslation = postTranslation
    }

    /// Reads `inputs-*.safetensors`: `images_rgb_u8` [frames, cameras, height, width, 3], `sensor2ego` and `ego2global`
    /// [frames, cameras, 4, 4], `intrinsics` [frames, cameras, 3, 3], `post_rot` [3, 3], `post_tran` [3].
    ///
    /// - Throws: `FileError`, `ArrayFileError` naming the tensor that is missing or misshapen.
    public init(contentsOf path: String) throws {
        try self.init(SafetensorsFile(path: path))
    }

    /// Reads an opened file; see `init(contentsOf:)`.
    public init(_ file: SafetensorsFile) throws {
        let shape = try file.tensor(named: "images_rgb_u8").shape
        guard shape.count == 5, shape[4] == 3, !shape.contains(0) else {
            throw ArrayFileError(
                .mismatch,
                source: "\(file.source)[images_rgb_u8]",
                "has shape \(shape), expected [frames, cameras, height, width, 3]"
            )
        }
        let (frameCount, cameras) = (shape[0], shape[1])
        let images = try file.elements(of: "images_rgb_u8", as: UInt8.self)
        let sensor2ego = try file.elements(of: "sensor2ego", as: Float.self, shape: [frameCount, cameras, 4, 4])
        let ego2global = try file.elements(of: "ego2global", as: Float.self, shape: [frameCount, cameras, 4, 4])
        let intrinsics = try file.elements(of: "intrinsics", as: Float.self, shape: [frameCount, cameras, 3, 3])
        func part<Element>(_ values: [Element], _ frame: Int) -> [Element] {
            let count = values.count / frameCount
            return Array(values[(frame * count)..<((frame + 1) * count)])
        }
        try self.init(
            frames: (0..<frameCount).map {
                Frame(
                    images: part(images, $0),
                    sensor2ego: part(sensor2ego, $0),
                    ego2global: part(ego2global, $0),
                    intrinsics: part(intrinsics, $0)
                )
            },
            cameraCount: cameras,
            height: shape[2],
            width: shape[3],
            postRotation: try file.elements(of: "post_rot", as: Float.self, shape: [3, 3]),
            postTranslation: try file.elements(of: "post_tran", as: Float.self, shape: [3])
        )
    }

    /// Writes the file that `init(contentsOf:)` reads.
    ///
    /// - Throws: `FileError`, `ArrayFileError`.
    public func write(to path: String) throws {
        var writer = SafetensorsWriter()
        let leading = [frames.count, cameraCount]
        try writer.add("images_rgb_u8", frames.flatMap(\.images), shape: leading + [height, width, 3])
        try writer.add("sensor2ego", frames.flatMap(\.sensor2ego), shape: leading + [4, 4])
        try writer.add("ego2global", frames.flatMap(\.ego2global), shape: leading + [4, 4])
        try writer.add("intrinsics", frames.flatMap(\.intrinsics), shape: leading + [3, 3])
        try writer.add("post_rot", postRotation, shape: [3, 3])
        try writer.add("post_tran", postTranslation, shape: [3])
        try writer.write(to: path)
    }
}
