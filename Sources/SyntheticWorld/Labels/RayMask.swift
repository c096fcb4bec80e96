internal import Foundation
internal import Scenes

/// Marks the voxels that rays from a sensor reach: every voxel a ray crosses up to and with the first occupied one.
///
/// Traversal after Amanatides and Woo, "A fast voxel traversal algorithm for ray tracing" (1987).
struct RayMask {
    /// 1 where a ray came, row-major [x, y, z].
    private(set) var mask = [UInt8](repeating: 0, count: VoxelGrid.count)

    /// Casts rays of one origin in the ego frame.
    ///
    /// - Parameters:
    ///   - labels: the grid's labels; all but `free` stop a ray.
    ///   - directions: any length above zero.
    mutating func cast(labels: [UInt8], origin: Vector, directions: [Vector]) {
        labels.withUnsafeBufferPointer { labels in
            mask.withUnsafeMutableBufferPointer { mask in
                for direction in directions { Self.walk(labels, mask, origin, direction) }
            }
        }
    }

    @inline(__always)
    private static func walk(
        _ labels: UnsafeBufferPointer<UInt8>,
        _ mask: UnsafeMutableBufferPointer<UInt8>,
        _ origin: Vector,
        _ direction: Vector
    ) {
        let extent = SIMD3<Float>(Float(VoxelGrid.countX), Float(VoxelGrid.countY), Float(VoxelGrid.countZ))
        // In units of voxels.
        var p = (origin - VoxelGrid.low) / VoxelGrid.size_m
        let d = direction
        let safe = Vector(
            abs(d.x) < 1e-9 ? 1e-9 : d.x,
            abs(d.y) < 1e-9 ? 1e-9 : d.y,
            abs(d.z) < 1e-9 ? 1e-9 : d.z
        )
        let inverse = 1 / safe
        // Sensors outside the grid see from where their ray enters it.
        let a = -p * inverse
        let b = (extent - p) * inverse
        let near = lesser(a, b)
        let far = greater(a, b)
        let enter = max(max(near.x, near.y), max(near.z, 0))
        let leave = min(min(far.x, far.y), far.z)
        guard enter < leave else { return }
        if enter > 0 { p += safe * (enter + 1e-4) }
        var x = min(max(Int(p.x), 0), VoxelGrid.countX - 1)
        var y = min(max(Int(p.y), 0), VoxelGrid.countY - 1)
        var z = min(max(Int(p.z), 0), VoxelGrid.countZ - 1)
        let stepX = d.x >= 0 ? 1 : -1
        let stepY = d.y >= 0 ? 1 : -1
        let stepZ = d.z >= 0 ? 1 : -1
        var nextX = (Float(x + (stepX > 0 ? 1 : 0)) - p.x) * inverse.x
        var nextY = (Float(y + (stepY > 0 ? 1 : 0)) - p.y) * inverse.y
        var nextZ = (Float(z + (stepZ > 0 ? 1 : 0)) - p.z) * inverse.z
        let delta = Vector(abs(inverse.x), abs(inverse.y), abs(inverse.z))
        // A ray crosses at most the sum of the sides.
        for _ in 0..<(VoxelGrid.countX + VoxelGrid.countY + VoxelGrid.countZ) {
            let index = VoxelGrid.index(x, y, z)
            mask[index] = 1
            if labels[index] != OccupancyClass.free.rawValue { return }
            if nextX <= nextY && nextX <= nextZ {
                x += stepX
                nextX += delta.x
                if x < 0 || x >= VoxelGrid.countX { return }
            } else if nextY <= nextZ {
                y += stepY
                nextY += delta.y
                if y < 0 || y >= VoxelGrid.countY { return }
            } else {
                z += stepZ
                nextZ += delta.z
                if z < 0 || z >= VoxelGrid.countZ { return }
            }
        }
    }

    /// Directions, in the ego frame of `reference`, of all rays of a dense fan that a camera with a lens sees.
    ///
    /// 1800 directions around; 180 even heights, and those that fall on the ground every 0.35 m up to 60 m.
    static func lensRays(
        _ frame: CameraFrame,
        _ model: CameraModel,
        ego: Pose,
        reference: Pose
    ) -> (origin: Vector, directions: [Vector]) {
        let mount = Placement(frame.sensorToEgo)
        let turned = Pose(x: 0, y: 0, z: 0, yaw: ego.yaw - reference.yaw)
        let place = mount.moved(.zero)
        let origin = Vector(reference.applyInverse(ego.apply(place)))
        let axes = [SIMD3(1.0, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)].map(mount.turned)
        let even = (0..<180).map { (line: Int) -> Double in tan((Double(line) + 0.5) / 180 * Double.pi - Double.pi / 2)
        }
        let ground = GroundSlopes.slopes(height: place.z).map { (slope: Double) -> Double in -slope }
        let slopes = even + ground
        let around = 1800
        var directions: [Vector] = []
        for turn in 0..<around {
            let yaw = (Double(turn) + 0.5) / Double(around) * 2 * Double.pi
            for slope in slopes {
                let ray = SIMD3(cos(yaw), sin(yaw), slope)
                let seen = SIMD3((ray * axes[0]).sum(), (ray * axes[1]).sum(), (ray * axes[2]).sum())
                guard let pixel = model.project(seen), pixel.x >= -0.5, pixel.y >= -0.5,
                    pixel.x < Double(frame.width) - 0.5, pixel.y < Double(frame.height) - 0.5
                else { continue }
                directions.append(normalized(Vector(turned.apply(ray))))
            }
        }
        return (origin, directions)
    }

    /// Directions, in the ego frame of `reference`, of a grid of rays over a camera's picture.
    ///
    /// 400 columns; 225 even rows, and rows that fall on the ground every 0.35 m up to 60 m, so that no ground voxel in
    /// view is missed between them. The picture's size does not matter.
    static func cameraRays(
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

extension SceneCamera {
    /// Its origin and rays over all that it sees, in the ego frame of `reference`.
    func rays(ego: Pose, reference: Pose) -> (origin: Vector, directions: [Vector]) {
        switch self {
        case .pinhole(let camera): RayMask.cameraRays(camera, ego: ego, reference: reference)
        case .given(let frame, let model): RayMask.lensRays(frame, model, ego: ego, reference: reference)
        }
    }
}
