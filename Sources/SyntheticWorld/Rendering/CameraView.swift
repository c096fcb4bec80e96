internal import Foundation

/// A camera's rays in the global frame.
struct CameraView: Sendable {
    let origin: Vector
    private let right: Vector
    private let down: Vector
    private let forward: Vector
    private let principalX: Float
    private let principalY: Float
    private let inverseFocal: Float

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
    }

    /// The unit direction of a pixel's ray; whole numbers are pixel centres.
    @inline(__always)
    func direction(_ u: Float, _ v: Float) -> Vector {
        normalized(forward + right * ((u - principalX) * inverseFocal) + down * ((v - principalY) * inverseFocal))
    }
}
