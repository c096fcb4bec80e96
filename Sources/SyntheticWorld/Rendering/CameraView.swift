internal import Foundation
internal import Scenes

/// A camera's rays in the global frame.
struct CameraView: Sendable {
    let origin: Vector
    private let right: Vector
    private let down: Vector
    private let forward: Vector
    private let principalX: Float
    private let principalY: Float
    private let inverseFocal: Float
    /// How a camera with a lens sees; nil for a pinhole.
    private let model: CameraModel?

    init(camera: PinholeCamera, ego: Pose) {
        let axes = camera.axes
        let turn = Pose(x: 0, y: 0, z: 0, yaw: ego.yaw)
        origin = Vector(ego.apply(camera.translation))
        right = Vector(turn.apply(axes.right))
        down = Vector(turn.apply(axes.down))
        forward = Vector(turn.apply(axes.forward))
        principalX = Float(camera.principalX)
        principalY = Float(camera.principalY)
        inverseFocal = Float(1 / camera.focal)
        model = nil
    }

    /// Makes the rays of a camera of any lens.
    init(frame: CameraFrame, model: CameraModel, ego: Pose) {
        let mount = Placement(frame.sensorToEgo)
        let turn = Pose(x: 0, y: 0, z: 0, yaw: ego.yaw)
        origin = Vector(ego.apply(mount.moved(.zero)))
        right = Vector(turn.apply(mount.turned(SIMD3(1, 0, 0))))
        down = Vector(turn.apply(mount.turned(SIMD3(0, 1, 0))))
        forward = Vector(turn.apply(mount.turned(SIMD3(0, 0, 1))))
        (principalX, principalY, inverseFocal) = (0, 0, 0)
        self.model = model
    }

    /// The unit direction of a pixel's ray; whole numbers are pixel centres.
    ///
    /// Zero where the lens sees nothing.
    @inline(__always)
    func direction(_ u: Float, _ v: Float) -> Vector {
        if let model { return direction(u, v, model) }
        return normalized(
            forward + right * ((u - principalX) * inverseFocal) + down * ((v - principalY) * inverseFocal)
        )
    }

    private func direction(_ u: Float, _ v: Float, _ model: CameraModel) -> Vector {
        guard let d = model.unproject(SIMD2(Double(u), Double(v))) else { return Vector(repeating: 0) }
        return right * Float(d.x) + down * Float(d.y) + forward * Float(d.z)
    }
}

extension SceneCamera {
    /// Its rays from where the vehicle is.
    func view(ego: Pose) -> CameraView {
        switch self {
        case .pinhole(let camera): CameraView(camera: camera, ego: ego)
        case .given(let frame, let model, _): CameraView(frame: frame, model: model, ego: ego)
        }
    }
}
