/// The walk of one ray through the voxels, in the arithmetic of SparseOcc's `lib/dvr/dvr.cu` (`render_forward`).
///
/// Amanatides and Woo, "A Fast Voxel Traversal Algorithm for Ray Tracing" (1987), in voxel units: `next` are the distances at which
/// the ray crosses the next boundary along each axis, the nearest is where it leaves the voxel it is in. Start and end are
/// float32, all else is float64.
struct RayWalk {
    /// The grid's corner, metres.
    static let corner_m = SIMD3<Double>(-40, -40, -1)
    /// The size of a voxel, metres: a float32 tensor of SparseOcc's.
    static let size_m = Double(Float(0.4))

    /// Steps after which a walk is given up, those before the grid included.
    static let stepLimit = 1001

    /// Voxel where the ray starts.
    let voxel: (x: Int, y: Int, z: Int)
    /// Distance to the first boundary along each axis.
    let next: (x: Double, y: Double, z: Double)
    /// Distance from boundary to boundary along each axis.
    let delta: (x: Double, y: Double, z: Double)
    /// Whether voxel numbers grow along each axis.
    let isForward: (x: Bool, y: Bool, z: Bool)

    /// Where every ray of an origin, in metres, starts: in voxels, and the voxel itself.
    static func start(of origin: SIMD3<Double>) -> (place: SIMD3<Double>, voxel: (x: Int, y: Int, z: Int)) {
        let start = voxelUnits(origin)
        return (start, (truncated(start.x), truncated(start.y), truncated(start.z)))
    }

    /// Sets out from an origin, in metres, in a direction.
    init(from origin: SIMD3<Double>, towards direction: SIMD3<Float>) {
        let (start, voxel) = Self.start(of: origin)
        self.voxel = voxel
        let end = Self.voxelUnits(SIMD3(Double(direction.x), Double(direction.y), Double(direction.z)) + origin)
        let ray = end - start
        // nvcc fuses these products into the sums; where a square needs more than 53 bits, plain products round otherwise.
        let square = (ray.y * ray.y).addingProduct(ray.x, ray.x).addingProduct(ray.z, ray.z)
        let unit = ray / square.squareRoot()
        isForward = (unit.x >= 0, unit.y >= 0, unit.z >= 0)
        next = (
            Self.first(voxel.x, start.x, unit.x), Self.first(voxel.y, start.y, unit.y),
            Self.first(voxel.z, start.z, unit.z)
        )
        delta = (Self.step(unit.x), Self.step(unit.y), Self.step(unit.z))
    }

    /// Metres to voxels in the order of torch's operations: the voxel size is a float32 tensor, the division is float64, the result
    /// is rounded to float32.
    private static func voxelUnits(_ point: SIMD3<Double>) -> SIMD3<Double> {
        let scaled = (point - corner_m) / size_m
        return SIMD3(Double(Float(scaled.x)), Double(Float(scaled.y)), Double(Float(scaled.z)))
    }

    /// `int()` of CUDA: towards zero, and to the nearest limit of 32 bits.
    private static func truncated(_ value: Double) -> Int {
        guard !value.isNaN else { return Int(Int32.min) }
        return Int(min(max(value, Double(Int32.min)), Double(Int32.max)))
    }

    private static func first(_ voxel: Int, _ start: Double, _ unit: Double) -> Double {
        guard unit != 0 else { return .greatestFiniteMagnitude }
        return (Double(voxel + (unit >= 0 ? 1 : 0)) - start) / unit
    }

    private static func step(_ unit: Double) -> Double {
        guard unit != 0 else { return .greatestFiniteMagnitude }
        return (unit >= 0 ? 1 : -1) / unit
    }
}
