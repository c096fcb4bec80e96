internal import Foundation
internal import Scenes

extension SceneCamera {
    /// Marks what the camera sees of labels in the ego frame of `reference`.
    ///
    /// - Parameter ego: where the vehicle was when the camera fired.
    func look(at labels: [UInt8], ego: Pose, reference: Pose, into mask: inout RayMask) {
        switch self {
        case .pinhole(let camera):
            let rays = Self.rays(camera, ego: ego, reference: reference)
            mask.cast(labels: labels, origin: rays.origin, directions: rays.directions)
        case .given(let frame, _, let fan):
            let origin = Vector(reference.applyInverse(ego.apply(frame.sensorToEgo.translation)))
            let turned = Pose(x: 0, y: 0, z: 0, yaw: ego.yaw - reference.yaw)
            fan.cast(into: &mask, labels: labels, origin: origin, turned: turned.apply)
        }
    }

    /// Directions, in the ego frame of `reference`, of a grid of rays over a camera's picture.
    ///
    /// 400 columns; 225 even rows, and rows that fall on the ground every 0.35 m up to 60 m, so that no ground voxel in
    /// view is missed between them. The picture's size does not matter.
    private static func rays(
        _ camera: PinholeCamera,
        ego: Pose,
        reference: Pose
    ) -> (origin: Vector, directions: [Vector]) {
        let turned = Pose(x: 0, y: 0, z: 0, yaw: ego.yaw - reference.yaw)
        let axes = camera.axes
        let right = Vector(turned.apply(axes.right))
        let down = Vector(turned.apply(axes.down))
        let forward = Vector(turned.apply(axes.forward))
        let origin = Vector(reference.applyInverse(ego.apply(camera.translation)))
        let columns = 400
        let even = 225
        var rows = (0..<even).map { (Double($0) + 0.5) / Double(even) * Double(camera.height) - 0.5 }
        for slope in GroundSlopes.slopes(height: camera.translation.z) {
            let v = camera.principalY + camera.focal * tan(atan(slope) - camera.pitch)
            if v > -0.5, v < Double(camera.height) - 0.5 { rows.append(v) }
        }
        var directions: [Vector] = []
        directions.reserveCapacity(columns * rows.count)
        for v in rows {
            let y = Float((v - camera.principalY) / camera.focal)
            for i in 0..<columns {
                let u = (Double(i) + 0.5) / Double(columns) * Double(camera.width) - 0.5
                let x = Float((u - camera.principalX) / camera.focal)
                directions.append(normalized(forward + right * x + down * y))
            }
        }
        return (origin, directions)
    }
}
