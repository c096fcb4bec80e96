/// The grid of Occ3D-nuScenes: 200 x 200 x 16 voxels of 0.4 m in the ego frame, from (-40, -40, -1) to (40, 40, 5.4) m.
///
/// Arrays over it are flattened in the order [x, y, z] with z fastest.
public enum VoxelGrid {
    /// Voxels along x (forward), y (left) and z (up).
    public static let shape = [countX, countY, countZ]
    /// Voxels along x.
    @inlinable public static var countX: Int { 200 }
    /// Voxels along y.
    @inlinable public static var countY: Int { 200 }
    /// Voxels along z.
    @inlinable public static var countZ: Int { 16 }
    /// All voxels.
    @inlinable public static var count: Int { countX * countY * countZ }
    /// The side of a voxel, metres.
    @inlinable public static var size_m: Float { 0.4 }
    /// The grid's lowest corner in the ego frame, metres.
    @inlinable public static var low: SIMD3<Float> { SIMD3(-40, -40, -1) }

    /// The place of a voxel in a flattened array.
    @inlinable
    @inline(__always)
    public static func index(_ x: Int, _ y: Int, _ z: Int) -> Int {
        (x * countY + y) * countZ + z
    }

    /// The centre of a voxel in the ego frame, metres.
    @inlinable
    public static func center(_ x: Int, _ y: Int, _ z: Int) -> SIMD3<Float> {
        low + (SIMD3(Float(x), Float(y), Float(z)) + 0.5) * size_m
    }
}
