import Foundation
import Scenes
import Testing

/// What sensors see of voxels.
@Suite("Visibility")
struct VisibilityTests {
    private static let free = OccupancyClass.free.rawValue
    private static let empty = [UInt8](repeating: free, count: VoxelGrid.count)

    /// Empty but for a floor in the layer of the road, and a wall 20 m ahead from y = 0 to the left.
    private static var street: [UInt8] {
        var labels = empty
        for x in 0..<200 {
            for y in 0..<200 { labels[VoxelGrid.index(x, y, 2)] = OccupancyClass.driveableSurface.rawValue }
        }
        for y in 100..<200 {
            for z in 0..<16 { labels[VoxelGrid.index(150, y, z)] = OccupancyClass.manmade.rawValue }
        }
        return labels
    }

    /// A camera 1.5 m over the road that looks ahead, 90 degrees across and 53 from top to bottom.
    private static func camera(_ lens: CameraLens = .none, k: [Double] = [100, 0, 99.5, 0, 100, 49.5, 0, 0, 1])
        -> CameraFrame
    {
        CameraFrame(
            channel: "CAM_FRONT",
            imagePath: "",
            width: 200,
            height: 100,
            timestamp_us: 0,
            intrinsics: k,
            sensorToEgo: RigidTransform(
                translation: SIMD3(1, 0.1, 1.5),
                rotation: Quaternion(w: 0.5, x: -0.5, y: 0.5, z: -0.5)
            ),
            egoToGlobal: .identity,
            lens: lens
        )
    }

    private func seen(_ fan: SightFan, _ labels: [UInt8], from origin: SIMD3<Float>) -> [UInt8] {
        var mask = RayMask()
        fan.cast(into: &mask, labels: labels, origin: origin, turned: { $0 })
        return mask.mask
    }

    @Test("A fan to all sides misses no voxel, and no voxel of the road")
    func nothingIsMissed() {
        let height = 1.5
        let fan = SightFan(slopes: SightFan.slopes(height_m: height), sees: { _ in true })
        #expect(fan.count == 1800 * SightFan.slopes(height_m: height).count && fan.count < 1_600_000)
        let origin = SIMD3<Float>(0.9, 0.1, Float(height))
        #expect(!seen(fan, Self.empty, from: origin).contains(0))
        // All above the road and the road itself, nothing below.
        var column = [UInt8](repeating: Self.free, count: VoxelGrid.countZ)
        column[2] = OccupancyClass.driveableSurface.rawValue
        let road = [[UInt8]](repeating: column, count: 40_000).flatMap { $0 }
        let above = [[UInt8]](repeating: [0, 0] + [UInt8](repeating: 1, count: 14), count: 40_000).flatMap { $0 }
        #expect(seen(fan, road, from: origin) == above)
    }

    @Test("Slopes rise, and are as many wherever the sensor is", arguments: [-3, -1, 0.2, 1.5, 5.4, 9])
    func slopes(height: Double) {
        let slopes = SightFan.slopes(height_m: height)
        #expect(zip(slopes, slopes.dropFirst()).allSatisfy { $0 < $1 })
        #expect((800..<900).contains(slopes.count) && (slopes.first ?? 0) < 0 && (slopes.last ?? 0) > 0)
    }

    @Test("A pinhole sees what lies in its picture and before the first occupied voxel, and its mask counts")
    func pinhole() throws {
        let camera = Self.camera()
        let model = try #require(CameraModel(intrinsics: camera.intrinsics))
        let labels = Self.street
        let sight = CameraSight(camera, model)
        #expect(sight.origin == SIMD3(1, 0.1, 1.5))
        let fan = SightFan(slopes: SightFan.slopes(height_m: 1.5), sees: sight.sees)
        let mask = seen(fan, labels, from: SIMD3<Float>(sight.origin))
        let rightHalf = CameraSight(camera, model, isUsable: { x, _ in x >= 100 })
        let part = seen(
            SightFan(slopes: SightFan.slopes(height_m: 1.5), sees: rightHalf.sees),
            labels,
            from: SIMD3<Float>(sight.origin)
        )
        var (inside, hidden) = (0, 0)
        for x in stride(from: 0, to: 200, by: 3) {
            for y in stride(from: 0, to: 200, by: 3) {
                for z in 0..<16 {
                    let index = VoxelGrid.index(x, y, z)
                    let ahead = SIMD3<Double>(VoxelGrid.center(x, y, z)) - sight.origin
                    // Where the voxel's middle is in the picture: tangents of angles, and how much of one half a voxel is.
                    let across = -ahead.y / ahead.x
                    let down = -ahead.z / ahead.x
                    let slack = 0.5 / max(ahead.x, 0.1)
                    let isOut =
                        ahead.x < -0.4 || ahead.x > 0.4 && (abs(across) > 1 + 3 * slack || abs(down) > 0.5 + 3 * slack)
                    let isBehindWall = x > 150 && ahead.y * 19 / ahead.x > 0.5
                    if isOut || isBehindWall || z < 2 {
                        #expect(mask[index] == 0, "voxel \(x) \(y) \(z)")
                        hidden += 1
                    } else if ahead.x > 1, abs(across) < 1 - slack, abs(down) < 0.5 - slack, x < 150, z > 2 {
                        #expect(mask[index] == 1, "voxel \(x) \(y) \(z)")
                        inside += 1
                    }
                    #expect(part[index] <= mask[index])
                    if ahead.x > 1, across < -slack { #expect(part[index] == 0, "voxel \(x) \(y) \(z), masked") }
                    if ahead.x > 1, across > slack { #expect(part[index] == mask[index], "voxel \(x) \(y) \(z)") }
                }
            }
        }
        #expect(inside > 1000 && hidden > 10_000)
    }

    @Test("A fisheye sees as far to the sides as its angle goes")
    func fisheye() throws {
        let lens = try #require(CameraLens(name: "kb4", coefficients: [0, 0, 0, 0], maximumAngle_rad: 1.7))
        let camera = Self.camera(lens, k: [50, 0, 99.5, 0, 50, 49.5, 0, 0, 1])
        let model = try #require(CameraModel(intrinsics: camera.intrinsics, lens: lens))
        let fan = SightFan(slopes: SightFan.slopes(height_m: 1.5), sees: CameraSight(camera, model).sees)
        let mask = seen(fan, Self.empty, from: SIMD3(1, 0.1, 1.5))
        for y in [10, 50, 150, 190] {
            for x in 0..<200 {
                let ahead = VoxelGrid.center(x, y, 6) - SIMD3(1, 0.1, 1.5)
                let angle = Double(atan2(abs(ahead.y), ahead.x))
                if angle < 1.65 { #expect(mask[VoxelGrid.index(x, y, 6)] == 1, "\(x) \(y)") }
                if angle > 1.75 { #expect(mask[VoxelGrid.index(x, y, 6)] == 0, "\(x) \(y)") }
            }
        }
    }

    @Test("The way back and one way after another are those of matrices")
    func transforms() {
        let way = RigidTransform(translation: SIMD3(1, -2, 3), rotation: Quaternion(w: 0.9, x: 0.1, y: -0.3, z: 0.2))
        let other = RigidTransform(translation: SIMD3(4, 0.5, -1), rotation: Quaternion(yaw_rad: 0.7))
        let point = SIMD3(0.3, 0.2, -5)
        let there = Placement(way).moved(Placement(other).moved(point))
        func miss(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { ((a - b) * (a - b)).sum().squareRoot() }
        #expect(miss(Placement(way.after(other)).moved(point), there) < 1e-12)
        #expect(miss(Placement(way.inverse).moved(Placement(way).moved(point)), point) < 1e-12)
    }
}
