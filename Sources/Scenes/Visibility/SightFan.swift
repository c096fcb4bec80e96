internal import Glibc

/// Rays of one place to all sides, 1,800 around and one for each of some slopes, and which of them a sensor sends or sees.
public struct SightFan: Sendable {
    /// Rays around.
    private static let turns = 1800
    /// Metres up for each metre outward.
    private let slopes: [Double]
    /// Whether a ray is seen, `slopes.count` for each turn.
    private let isSeen: [Bool]

    /// Makes a fan.
    ///
    /// - Parameters:
    ///   - slopes: metres up for each metre outward, one a row of rays.
    ///   - sees: whether the sensor sees a direction of the ego frame, which has length 1 in the plane; asked once a ray.
    public init(slopes: [Double], sees: (SIMD3<Double>) -> Bool) {
        self.slopes = slopes
        isSeen = (0..<Self.turns).flatMap { turn -> [Bool] in
            let outward = Self.outward(turn)
            return slopes.map { sees(SIMD3(outward.x, outward.y, $0)) }
        }
    }

    private static func outward(_ turn: Int) -> SIMD2<Double> {
        let yaw = (Double(turn) + 0.5) / Double(turns) * 2 * Double.pi
        return SIMD2(cos(yaw), sin(yaw))
    }

    /// Rays that are seen.
    public var count: Int { isSeen.count { $0 } }

    /// Marks what the rays reach.
    ///
    /// - Parameters:
    ///   - labels: the grid's labels.
    ///   - origin: the sensor's place in the grid's frame, metres.
    ///   - turned: takes a direction of the sensor's ego frame to the grid's frame, in which the vehicle may have turned meanwhile.
    public func cast(
        into mask: inout RayMask,
        labels: [UInt8],
        origin: SIMD3<Float>,
        turned: (SIMD3<Double>) -> SIMD3<Double>
    ) {
        var directions: [SIMD3<Float>] = []
        directions.reserveCapacity(slopes.count)
        for turn in 0..<Self.turns {
            let outward = Self.outward(turn)
            directions.removeAll(keepingCapacity: true)
            for (row, slope) in slopes.enumerated() where isSeen[turn * slopes.count + row] {
                let direction = SIMD3<Float>(turned(SIMD3(outward.x, outward.y, slope)))
                let square = direction.x * direction.x + direction.y * direction.y + direction.z * direction.z
                directions.append(direction * (1 / max(square.squareRoot(), 1e-20)))
            }
            mask.cast(labels: labels, origin: origin, directions: directions)
        }
    }

    /// Slopes whose rays leave no voxel of the grid between them, for a sensor at a height over the grid's zero.
    ///
    /// Downward rays meet the grid's floor every 0.3 m up to 180 m, beyond its rim, so that ground over the floor is swept too; upward ones
    /// meet its ceiling every 0.3 m up to 60 m; between them are rays 0.3 m apart at 60 m.
    ///
    /// - Parameter height_m: of a sensor that is beyond floor or ceiling, or nearer than 0.4 m, 0.4 m is taken.
    public static func slopes(height_m: Double) -> [Double] {
        let (reach_m, step_m) = (60.0, 0.3)
        let floor_m = Double(VoxelGrid.low.z)
        let ceiling_m = floor_m + Double(VoxelGrid.countZ) * Double(VoxelGrid.size_m)
        let drop_m = max(height_m - floor_m, 0.4)
        let rise_m = max(ceiling_m - height_m, 0.4)
        let down = (1...Int(3 * reach_m / step_m)).map { -drop_m / (Double($0) * step_m) }
        let up = (1...Int(reach_m / step_m)).map { rise_m / (Double($0) * step_m) }
        let (lowest, highest) = (down[down.count - 1], up[up.count - 1])
        let level = stride(from: lowest, to: highest, by: step_m / reach_m)
        // From the floor below the sensor to the ceiling above it.
        return down + level.dropFirst() + up.reversed()
    }
}
