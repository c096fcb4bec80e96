internal import Foundation

/// One sweep of the lidar through a frozen world.
struct LidarSweep {
    /// Points in the lidar's frame: x, y, z, intensity (0...255) and ring, five numbers a point, as nuScenes stores them.
    private(set) var points: [Float] = []
    /// Points on each actor, by index.
    private(set) var hits: [Int: Int] = [:]

    /// Casts the sweep from an ego pose.
    init(world: FrameWorld, ego: Pose) {
        let stack = RayStack()
        defer { stack.free() }
        let origin = Vector(ego.apply(SensorRig.lidarTranslation))
        let turn = Pose(x: 0, y: 0, z: 0, yaw: ego.yaw)
        let c = Float(cos(turn.yaw))
        let s = Float(sin(turn.yaw))
        points.reserveCapacity(LidarPattern.beams * LidarPattern.columns * 5)
        for (local, ring) in LidarPattern.rays() {
            let direction = Vector(c * local.x - s * local.y, s * local.x + c * local.y, local.z)
            let limit = min(world.roadDistance(origin, direction), LidarPattern.range)
            let hit = world.nearest(origin, direction, limit: limit, guess: -1, stack: stack)
            var distance = hit.distance
            var intensity: Float = 12
            if direction.z < -1e-5, hit.solid < 0 || origin.z + direction.z * distance < StreetSection.kerbHeight {
                let ground = world.groundHit(origin, direction)
                if ground.distance < distance || hit.solid < 0 {
                    if ground.distance > LidarPattern.range { continue }
                    append(local * ground.distance, intensity: 8, ring: ring)
                    continue
                }
            }
            guard hit.solid >= 0 else { continue }
            distance = hit.distance
            let solid = world.tree.primitives + Int(hit.solid)
            if solid.pointee.actor >= 0 { hits[Int(solid.pointee.actor), default: 0] += 1 }
            let color = world.surfaces[Int(solid.pointee.surface)].first
            intensity = min(4 + 60 * (color.x + color.y + color.z) / 3, 255)
            append(local * distance, intensity: intensity.rounded(), ring: ring)
        }
    }

    private mutating func append(_ point: Vector, intensity: Float, ring: Int) {
        // The lidar's x points right and its y ahead.
        points.append(-point.y)
        points.append(point.x)
        points.append(point.z)
        points.append(intensity)
        points.append(Float(ring))
    }
}
