/// The grid of Occ3D-nuScenes: 200 x 200 x 16 voxels of 0.4 m in the ego frame, from (-40, -40, -1) to (40, 40, 5.4).
enum VoxelGrid {
    static let countX = 200
    static let countY = 200
    static let countZ = 16
    static let count = countX * countY * countZ
    static let size: Float = 0.4
    static let low = Vector(-40, -40, -1)
    /// The layer that holds the ground: z from -0.2 to 0.2.
    static let groundLayer = 2

    /// Index of a voxel in row-major [x, y, z] order.
    @inline(__always)
    static func index(_ x: Int, _ y: Int, _ z: Int) -> Int {
        (x * countY + y) * countZ + z
    }

    /// Centre of a voxel in the ego frame.
    static func center(_ x: Int, _ y: Int, _ z: Int) -> Vector {
        low + (Vector(Float(x), Float(y), Float(z)) + 0.5) * size
    }
}
