internal import Foundation
internal import Scenes

/// The five errors of one true positive.
struct BoxErrors: Equatable, Sendable {
    /// Distance of the centres in the xy plane, metres.
    var translation_m: Double
    /// 1 - IoU of the aligned boxes.
    var scale: Double
    /// Smallest angle between the yaws, radians.
    var orientation_rad: Double
    /// Length of the difference of the velocities, metres a second; nil where one of them is unknown.
    var velocity_mps: Double?
    /// Whether the attribute is wrong; nil where none is annotated.
    var attributeIsWrong: Bool?

    /// Compares a prediction with the box that it matched.
    ///
    /// nuscenes-devkit 1.2.0, `eval/common/utils.py`: `center_distance`, `scale_iou`, `yaw_diff`, `velocity_l2`, `attr_acc`.
    init(_ prediction: DetectionBox, _ truth: DetectionGroundTruth.Box) {
        translation_m = Self.distance(prediction.translation, truth.translation)
        scale = 1 - Self.alignedIoU(truth.size, prediction.size)
        orientation_rad = Self.angle(
            from: prediction.rotation.yaw_rad,
            to: truth.rotation.yaw_rad,
            period: truth.name.orientationPeriod_rad
        )
        if let predicted = prediction.velocity, let annotated = truth.velocity {
            velocity_mps = FusedSums.norm(predicted - annotated)
        }
        attributeIsWrong = truth.attribute.map { $0 != prediction.attribute }
    }

    init(
        translation_m: Double,
        scale: Double,
        orientation_rad: Double,
        velocity_mps: Double?,
        attributeIsWrong: Bool?
    ) {
        self.translation_m = translation_m
        self.scale = scale
        self.orientation_rad = orientation_rad
        self.velocity_mps = velocity_mps
        self.attributeIsWrong = attributeIsWrong
    }

    /// An error by its name; NaN where it is not judged.
    subscript(kind: DetectionErrorKind) -> Double {
        switch kind {
        case .translation: translation_m
        case .scale: scale
        case .orientation: orientation_rad
        case .velocity: velocity_mps ?? .nan
        case .attribute: attributeIsWrong.map { $0 ? 1 : 0 } ?? .nan
        }
    }

    /// Distance of two centres in the xy plane.
    static func distance(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double {
        FusedSums.norm(SIMD2(a.x - b.x, a.y - b.y))
    }

    /// IoU of two boxes of one centre and orientation.
    private static func alignedIoU(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double {
        func volume(_ size: SIMD3<Double>) -> Double { size.x * size.y * size.z }
        let both = volume(pointwiseMin(a, b))
        return both / (volume(a) + volume(b) - both)
    }

    /// The size of the smallest angle between two, where angles a period apart are the same.
    private static func angle(from predicted: Double, to truth: Double, period: Double) -> Double {
        let shifted = truth - predicted + period / 2
        // Python's %, whose result has the sign of the period.
        var rest = fmod(shifted, period)
        if rest < 0 { rest += period }
        var difference = rest - period / 2
        if difference > .pi { difference -= 2 * .pi }
        return abs(difference)
    }
}
