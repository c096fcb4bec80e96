public import Scenes

/// What a synthetic dataset shall hold; equal options give bit-identical files on the same machine.
public struct SyntheticOptions: Sendable, Hashable {
    /// Number of scenes, 1...999; they are called `scene-9001`, `scene-9002`, ...
    public var scenes: Int
    /// Keyframes of each scene at 2 Hz, 1...400.
    public var samplesPerScene: Int
    /// The only source of randomness: worlds, motions and tokens all follow from it.
    public var seed: UInt64
    /// Width of the camera pictures in pixels, 64...4096; intrinsics scale with it.
    public var imageWidth: Int
    /// Height of the camera pictures in pixels, 32...4096; intrinsics scale with it.
    public var imageHeight: Int
    /// The cameras of another rig, 1...32 with names of their own; empty for the built-in six.
    ///
    /// Each is placed over the road, with a size of its own. Only a manifest is written then, as tables cannot say what lenses do.
    public var rig: [CameraFrame] = []
    /// Those of them whose mounts the manifest calls unusual, by name.
    public var unusualCameras: Set<String> = []
    /// JPEG quality, 1...100.
    public var jpegQuality: Int
    /// Name of the table folder; the nuscenes-devkit's split rules look at its ending.
    public var version: String
    /// Whether every keyframe's lidar points are stored.
    ///
    /// A file has float32 x, y, z, intensity, ring a point, up to 0.7 MB a keyframe. Without them one tiny valid file stands for all keyframes; `num_lidar_pts` is counted either way.
    public var storesLidarPoints: Bool
    /// How many pictures are rendered at once, 1...256; changes no byte of the result.
    public var threads: Int

    /// Makes options; nothing is checked before ``validate()``, which ``SyntheticDataset`` calls first.
    public init(
        scenes: Int,
        samplesPerScene: Int,
        seed: UInt64 = 1,
        imageWidth: Int = 1600,
        imageHeight: Int = 900,
        jpegQuality: Int = 90,
        version: String = "v1.0-mini",
        storesLidarPoints: Bool = true,
        threads: Int = SyntheticOptions.defaultThreads
    ) {
        self.scenes = scenes
        self.samplesPerScene = samplesPerScene
        self.seed = seed
        self.imageWidth = imageWidth
        self.imageHeight = imageHeight
        self.jpegQuality = jpegQuality
        self.version = version
        self.storesLidarPoints = storesLidarPoints
        self.threads = threads
    }

    /// Refuses options that cannot be honoured.
    ///
    /// - Throws: ``SyntheticWorldError/invalidOption(name:value:allowed:)`` naming the first offending option.
    public func validate() throws {
        try Self.check("scenes", scenes, 1...999)
        try Self.check("samplesPerScene", samplesPerScene, 1...400)
        try Self.check("imageWidth", imageWidth, 64...4096)
        try Self.check("imageHeight", imageHeight, 32...4096)
        if !rig.isEmpty { try Self.check("cameras of the rig", rig.count, 1...32) }
        for camera in rig {
            try Self.check("width of \(camera.channel)", camera.width, 64...4096)
            try Self.check("height of \(camera.channel)", camera.height, 32...4096)
            guard CameraModel(intrinsics: camera.intrinsics, lens: camera.lens) != nil else {
                throw SyntheticWorldError.invalidOption(
                    name: "rig",
                    value: "the intrinsics of \(camera.channel)",
                    allowed: "a matrix that can be inverted"
                )
            }
        }
        try Self.check("jpegQuality", jpegQuality, 1...100)
        try Self.check("threads", threads, 1...256)
        if !Self.isVersionName(version) {
            throw SyntheticWorldError.invalidOption(
                name: "version",
                value: "\"\(version)\"",
                allowed: "1 to 64 letters, digits, '.', '_' or '-', not starting with '.', not one of "
                    + "'samples', 'gts', 'maps'"
            )
        }
    }

    /// Whether a text may name the folder of the tables: one plain path component that no data folder uses.
    static func isVersionName(_ name: String) -> Bool {
        let reserved = ["samples", "sweeps", "gts", "maps", SceneManifest.fileName]
        guard (1...64).contains(name.utf8.count), !name.hasPrefix("."), !reserved.contains(name) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                return true
            default: return false
            }
        }
    }

    private static func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
        if !range.contains(value) {
            throw SyntheticWorldError.invalidOption(
                name: name,
                value: "\(value)",
                allowed: "\(range.lowerBound) to \(range.upperBound)"
            )
        }
    }
}
