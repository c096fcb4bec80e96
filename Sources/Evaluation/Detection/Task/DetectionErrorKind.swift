/// The five errors of true positives; raw values are nuscenes-devkit's names.
public enum DetectionErrorKind: String, Codable, CaseIterable, Sendable {
    /// Distance of the centres in the xy plane, metres.
    case translation = "trans_err"
    /// 1 - IoU of the boxes brought to one centre and orientation.
    case scale = "scale_err"
    /// Smallest angle between the yaws, radians.
    case orientation = "orient_err"
    /// Length of the difference of the velocities, metres a second.
    case velocity = "vel_err"
    /// 1 - accuracy of the attribute.
    case attribute = "attr_err"
}
