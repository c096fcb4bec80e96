internal import Foundation

/// The rays of a spinning 32-beam lidar like that of nuScenes.
enum LidarPattern {
    static let beams = 32
    static let columns = 1085
    static let lowest = -30.67 * Double.pi / 180
    static let highest = 10.67 * Double.pi / 180
    /// Points further away are not returned, metres.
    static let range: Float = 100

    /// Unit directions in the ego frame, ring by ring from the lowest, with their ring numbers.
    static func rays() -> [(direction: Vector, ring: Int)] {
        directions(evenElevations(beams), columns: columns).enumerated().map { ($1, $0 / columns) }
    }

    /// A closer pattern over the same field of view, for the visibility mask: 160 even rings and those that fall on the
    /// ground every 0.35 m up to 60 m.
    static func denseDirections() -> [Vector] {
        let ground = GroundSlopes.slopes(height: SensorRig.lidarTranslation.z).map { -atan($0) }
        return directions(evenElevations(160) + ground.filter { $0 > lowest }, columns: 1800)
    }

    private static func evenElevations(_ count: Int) -> [Double] {
        (0..<count).map { lowest + (highest - lowest) * Double($0) / Double(count - 1) }
    }

    private static func directions(_ elevations: [Double], columns: Int) -> [Vector] {
        var result: [Vector] = []
        result.reserveCapacity(elevations.count * columns)
        let azimuths = (0..<columns).map { column in
            let azimuth = 2 * Double.pi * Double(column) / Double(columns)
            return SIMD2(cos(azimuth), sin(azimuth))
        }
        for elevation in elevations {
            let level = cos(elevation)
            let rise = Float(sin(elevation))
            for azimuth in azimuths {
                result.append(Vector(Float(level * azimuth.x), Float(level * azimuth.y), rise))
            }
        }
        return result
    }
}
