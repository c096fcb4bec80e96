/// Where a grid of voxels is looked at from: a pinhole in the ego frame (x forward, y left, z up, metres).
public struct VoxelCamera: Equatable, Sendable {
    /// The place of the eye, metres.
    public var eye: SIMD3<Double>
    /// What lies in the middle of the picture, metres.
    public var target: SIMD3<Double>
    /// The angle between the picture's left and right edge, degrees.
    public var fieldOfView_deg: Double

    /// Makes a camera.
    public init(eye: SIMD3<Double>, target: SIMD3<Double>, fieldOfView_deg: Double = 50) {
        self.eye = eye
        self.target = target
        self.fieldOfView_deg = fieldOfView_deg
    }

    /// From behind and above the car, so that a grid of this shape fills the picture.
    public static func behind(_ shape: [Int]) -> VoxelCamera {
        let scale = Double(max(shape.first ?? 1, shape.dropFirst().first ?? 1, 1)) / 200
        return VoxelCamera(eye: SIMD3(-96, 0, 72) * scale, target: SIMD3(-7, 0, -1) * scale, fieldOfView_deg: 42)
    }

    /// The eye as a place in voxels, and the picture's axes: right, up, forward; nil where there are none.
    func frame(of grid: VoxelPlacement) -> (
        eye: SIMD3<Float>, right: SIMD3<Float>, up: SIMD3<Float>, ahead: SIMD3<Float>
    )? {
        let along = target - eye
        let across = SIMD3(along.y, -along.x, 0)
        let (length, breadth) = ((along * along).sum().squareRoot(), (across * across).sum().squareRoot())
        guard length > 1e-6, length < 1e6, (1...170).contains(fieldOfView_deg), (eye * eye).sum() < 1e12 else {
            return nil
        }
        let ahead = along / length
        // Straight down, the picture's upper edge is forward.
        let right = breadth > 1e-6 * length ? across / breadth : SIMD3(0, -1, 0)
        let up = SIMD3(
            right.y * ahead.z - right.z * ahead.y,
            right.z * ahead.x - right.x * ahead.z,
            right.x * ahead.y - right.y * ahead.x
        )
        let place = (eye - grid.low) / grid.voxel_m
        return (SIMD3<Float>(place), SIMD3<Float>(right), SIMD3<Float>(up), SIMD3<Float>(ahead))
    }
}

/// Where a grid lies in the ego frame: as that of Occ3D, the car in its middle.
struct VoxelPlacement {
    let voxel_m = 0.4
    let low: SIMD3<Double>

    init(_ shape: [Int]) {
        low = SIMD3(-Double(shape[0]) * voxel_m / 2, -Double(shape[1]) * voxel_m / 2, -1)
    }
}
