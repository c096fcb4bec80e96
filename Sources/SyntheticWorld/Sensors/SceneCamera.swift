internal import Scenes

/// A camera that pictures are rendered for: one of the built-in rig, or one of a rig that was given.
enum SceneCamera: Sendable {
    case pinhole(PinholeCamera)
    /// Name, size and place, how it projects, and what it sees of the world around it; lenses of every kind.
    case given(CameraFrame, CameraModel, SightFan)

    /// A given camera; nil where its intrinsics cannot be inverted, which `SyntheticOptions.validate` refuses before.
    init?(_ frame: CameraFrame) {
        guard let model = CameraModel(intrinsics: frame.intrinsics, lens: frame.lens) else { return nil }
        let sight = CameraSight(frame, model)
        self = .given(frame, model, SightFan(slopes: SightFan.slopes(height_m: sight.origin.z), sees: sight.sees))
    }

    var channel: String {
        switch self {
        case .pinhole(let camera): camera.channel
        case .given(let frame, _, _): frame.channel
        }
    }

    var width: Int {
        switch self {
        case .pinhole(let camera): camera.width
        case .given(let frame, _, _): frame.width
        }
    }

    var height: Int {
        switch self {
        case .pinhole(let camera): camera.height
        case .given(let frame, _, _): frame.height
        }
    }

    /// Angle between neighbouring pixels near the optical axis, radians.
    var pixelAngle: Float {
        switch self {
        case .pinhole(let camera): Float(1 / camera.focal)
        case .given(let frame, let model, _):
            Float(1 / (model.rectified(width: frame.width, height: frame.height)?.focalX_px ?? Double(frame.width)))
        }
    }
}
