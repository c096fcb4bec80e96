internal import Datasets
internal import Evaluation
internal import Keyframes
internal import OccInference
internal import Scenes

/// Takes a network's boxes to the map's frame, as nuScenes results have them.
///
/// Source: `_format_bbox` of `nuscenes_dataset.py` in BDC-Det. Kept of it: the pose is CAM_FRONT's, although the network's frame is that
/// of the first camera's; width and length change places. Not kept: it gives the bottom's centre as the box's centre, which no score
/// sees; here it is the centre.
struct GlobalBoxes {
    /// The class of each label.
    private let classes: [DetectionClass]

    /// The camera whose pose takes boxes to the map's frame.
    private static let egoChannel = "CAM_FRONT"

    /// Prepares for a network's classes.
    ///
    /// - Throws: `ScenePredictionError` for a class that nuScenes does not score.
    init(classNames: [String]) throws {
        classes = try classNames.map { name in
            guard let known = DetectionClass(rawValue: name) else {
                throw ScenePredictionError(
                    description:
                        "the model package names a class '\(name)', which is none of nuScenes' ten; import it again",
                    isRetryable: false
                )
            }
            return known
        }
    }

    /// The boxes of a sample, in their order; those with a number that is not finite (an exponential that ran over) or a size
    /// of 0 (one that ran out) are left out.
    ///
    /// A rig without nuScenes' front camera has the pose of its first picture.
    ///
    /// - Throws: `ScenePredictionError` where the sample has no pictures.
    func boxes(_ found: [DetectedBox], of sample: SampleFrames) throws -> [DetectionBox] {
        let camera = sample.cameras.first { $0.channel == Self.egoChannel } ?? sample.cameras.first
        guard let pose = camera?.egoToGlobal else {
            throw ScenePredictionError(
                description: "sample \(sample.token) has no picture, whose pose would place its boxes on the map",
                isRetryable: false
            )
        }
        let place = Placement(pose)
        let usable = found.filter { box in
            let size = box.size
            return box.row.allSatisfy(\.isFinite) && size.x > 0 && size.y > 0 && size.z > 0
        }
        return try usable.map { box in
            let name = classes[box.label]
            let size = SIMD3<Double>(box.size)
            let bottom = SIMD3(Double(box.x), Double(box.y), Double(box.z))
            let velocity = place.turned(SIMD3(Double(box.velocity.x), Double(box.velocity.y), 0))
            let speed = (velocity.x * velocity.x + velocity.y * velocity.y).squareRoot()
            return try DetectionBox(
                sampleToken: sample.token,
                translation: place.moved(bottom + SIMD3(0, 0, size.z / 2)),
                size: SIMD3(size.y, size.x, size.z),
                rotation: place.turned(Quaternion(yaw_rad: Double(box.yaw))),
                velocity: SIMD2(velocity.x, velocity.y),
                name: name,
                score: Double(box.score),
                attribute: .published(of: name, speed: speed)
            )
        }
    }
}
