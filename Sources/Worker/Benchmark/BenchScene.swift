internal import Datasets
internal import Foundation
internal import ImageFiles
internal import Scenes
internal import SystemSupport

/// A made-up scene on disk: six cameras of 1600 x 900, as nuScenes has them, on a gently turning car.
///
/// What it shows is nothing; decoding it costs about what a street costs, and no two pictures are the same.
struct BenchScene {
    /// The scene's frames, paths relative to `folder`.
    let frames: SceneFrames
    /// The dataset's root.
    let folder: String

    /// Yaw in degrees, x and y in metres (ego), focal length in pixels; in the published order of cameras.
    private static let rig: [(yawDegrees: Double, x: Double, y: Double, focal: Double)] = [
        (55, 1.5, 0.5, 1270), (0, 1.7, 0, 1266), (-55, 1.5, -0.5, 1260),
        (110, 1.0, 0.5, 1256), (180, 0, 0, 809), (-110, 1.0, -0.5, 1259),
    ]

    /// Writes the pictures of some samples below a folder.
    ///
    /// - Parameters:
    ///   - width: of each picture.
    ///   - height: of each picture.
    /// - Throws: `FileError`, `ImageFileError`.
    init(samples: Int, in folder: String, width: Int = 1600, height: Int = 900) throws {
        self.folder = folder
        try Folders.create(folder + "/samples")
        let encoder = try JPEGEncoder()
        frames = SceneFrames(
            name: "scene",
            token: "scene",
            samples: try (0..<samples).map { sample in
                let cameras = try Self.rig.indices.map { camera in
                    let path = "samples/\(sample)-\(camera).jpg"
                    let image = Self.picture(width: width, height: height, seed: sample * 6 + camera)
                    try Data(encoder.encode(image, quality: 75)).write(to: URL(fileURLWithPath: folder + "/" + path))
                    return Self.frame(sample: sample, camera: camera, path: path, width: width, height: height)
                }
                return SampleFrames(
                    token: "sample-\(sample)",
                    timestamp_us: Int64(sample) * 500_000,
                    cameras: cameras
                )
            }
        )
    }

    /// One camera of one sample: 2 m and 0.02 rad from sample to sample.
    private static func frame(sample: Int, camera: Int, path: String, width: Int, height: Int) -> CameraFrame {
        let mount = rig[camera]
        let half = mount.yawDegrees * .pi / 360
        let (s, c) = (sin(half) / 2, cos(half) / 2)
        let turn = 0.01 * Double(sample)
        let scale = Double(width) / 1600
        return CameraFrame(
            channel: CameraOrder.published[camera],
            imagePath: path,
            width: width,
            height: height,
            timestamp_us: Int64(sample) * 500_000,
            intrinsics: [
                mount.focal * scale, 0, Double(width) / 2, 0, mount.focal * scale, Double(height) / 2, 0, 0, 1,
            ],
            // The mount's yaw, after a turn from camera axes (right, down, forward) to those of the vehicle.
            sensorToEgo: RigidTransform(
                translation: SIMD3(mount.x, mount.y, 1.5),
                rotation: Quaternion(w: c + s, x: -c - s, y: c - s, z: s - c)
            ),
            egoToGlobal: RigidTransform(
                translation: SIMD3(100 + 2 * Double(sample) + 0.05 * Double(camera), 50, 0),
                rotation: Quaternion(w: cos(turn), x: 0, y: 0, z: sin(turn))
            )
        )
    }

    /// Gradients and edges that move with the seed.
    private static func picture(width: Int, height: Int, seed: Int) -> RGBImage {
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        for y in 0..<height {
            for x in 0..<width {
                let place = (y * width + x) * 3
                let texture = ((x + seed * 5) &* 31 ^ y &* 17) & 31
                pixels[place] = UInt8(truncatingIfNeeded: x / 7 + texture)
                pixels[place + 1] = UInt8(truncatingIfNeeded: y / 4 + texture + seed)
                pixels[place + 2] = UInt8(truncatingIfNeeded: ((x + seed * 13) / 40 + y / 40) % 2 * 90 + texture)
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }
}
