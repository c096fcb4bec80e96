internal import CommandSupport
internal import ImageFiles
internal import Keyframes
internal import Scenes

/// Computes which voxels of a prediction the cameras and the lidar of a sample see (docs/evaluation.md, "Labels").
///
/// What a camera sees is worked out once for each camera of a rig.
final class SampleVisibility {
    /// As many fans as are kept, 1.5 MB each.
    private static let mostFans = 64
    /// The dataset's folder of pictures, below which masks of cameras lie.
    private let pictureFolder: String
    /// By camera, without what differs from picture to picture.
    private var fans: [CameraFrame: SightFan] = [:]
    private var lidarFans: [Double: SightFan] = [:]

    init(pictureFolder: String) { self.pictureFolder = pictureFolder }

    /// What is seen of a sample's labels; all 0 for the lidar where the dataset does not say where it was.
    ///
    /// Each camera looks from where the vehicle was when it fired, and not where the sample lacks its picture.
    ///
    /// - Throws: `CommandFailure` for a camera whose intrinsics or mask cannot be used.
    func masks(of sample: SampleFrames, labels: [UInt8]) throws -> VoxelMasks {
        var (camera, lidar) = (RayMask(), RayMask())
        if let here = sample.egoToGlobal {
            for frame in sample.cameras {
                let way = here.inverse.after(frame.egoToGlobal)
                let placement = Placement(way)
                try fan(of: frame).cast(
                    into: &camera,
                    labels: labels,
                    origin: SIMD3<Float>(placement.moved(frame.sensorToEgo.translation)),
                    turned: { placement.turned($0) }
                )
            }
        }
        if let place = sample.lidar?.sensorToEgo.translation {
            lidarFan(place.z).cast(into: &lidar, labels: labels, origin: SIMD3<Float>(place), turned: { $0 })
        }
        return VoxelMasks(camera: camera.mask, lidar: lidar.mask)
    }

    private func fan(of frame: CameraFrame) throws -> SightFan {
        var key = frame
        (key.channel, key.imagePath, key.recorded, key.timestamp_us) = ("", "", nil, 0)
        key.egoToGlobal = .identity
        if let fan = fans[key] { return fan }
        guard let model = CameraModel(intrinsics: frame.intrinsics, lens: frame.lens) else {
            throw CommandFailure(.configuration, "\(frame.channel): its intrinsics cannot be inverted; check the rig")
        }
        let mask: RGBImage?
        do { mask = try CameraMask.read(frame, in: pictureFolder) } catch let error as ScenePredictionError {
            throw CommandFailure(error.isRetryable ? .environment : .configuration, error.description)
        }
        let sight = CameraSight(
            frame,
            model,
            isUsable: mask.map { mask in { x, y in mask.pixels[(y * mask.width + x) * 3] != 0 } }
        )
        let fan = SightFan(slopes: SightFan.slopes(height_m: sight.origin.z), sees: sight.sees)
        if fans.count >= Self.mostFans { fans.removeAll() }
        fans[key] = fan
        return fan
    }

    /// A lidar's own rays are not written down, so that it looks to all sides.
    private func lidarFan(_ height_m: Double) -> SightFan {
        if let fan = lidarFans[height_m] { return fan }
        let fan = SightFan(slopes: SightFan.slopes(height_m: height_m), sees: { _ in true })
        if lidarFans.count >= Self.mostFans { lidarFans.removeAll() }
        lidarFans[height_m] = fan
        return fan
    }
}
