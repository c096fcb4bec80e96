/// The voxels that rays from sensors reach: every voxel that a ray crosses up to and with the first occupied one.
///
/// Traversal after Amanatides and Woo, "A fast voxel traversal algorithm for ray tracing" (1987).
public struct RayMask: Sendable {
    /// 1 where a ray came, flattened as `VoxelGrid` says.
    public private(set) var mask = [UInt8](repeating: 0, count: VoxelGrid.count)

    /// Makes a mask that no ray reached yet.
    public init() {}

    /// Casts rays of one origin in the ego frame.
    ///
    /// - Parameters:
    ///   - labels: the grid's labels, `VoxelGrid.count`; all but `free` stop a ray.
    ///   - origin: where the rays begin, metres; a place outside the grid sees from where its rays enter it.
    ///   - directions: any length above zero.
    public mutating func cast(labels: [UInt8], origin: SIMD3<Float>, directions: [SIMD3<Float>]) {
        precondition(labels.count == VoxelGrid.count)
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
        _ origin: SIMD3<Float>,
        _ direction: SIMD3<Float>
    ) {
        let extent = SIMD3<Float>(Float(VoxelGrid.countX), Float(VoxelGrid.countY), Float(VoxelGrid.countZ))
        // In units of voxels.
        var p = (origin - VoxelGrid.low) / VoxelGrid.size_m
        let d = direction
        let safe = SIMD3<Float>(
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
        let delta = SIMD3<Float>(abs(inverse.x), abs(inverse.y), abs(inverse.z))
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
}

/// Lane by lane the smaller one; a compare and a select, which the library's own `pointwiseMin` is not.
@inline(__always)
private func lesser(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> {
    a.replacing(with: b, where: b .< a)
}

/// Lane by lane the larger one.
@inline(__always)
private func greater(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> {
    a.replacing(with: b, where: a .< b)
}
