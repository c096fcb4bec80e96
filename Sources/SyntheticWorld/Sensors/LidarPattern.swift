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
        directions(beams: beams, columns: columns).enumerated().map { ($1, $0 / columns) }
    }

    /// A closer pattern over the same field of view, for the visibility mask.
    static func denseDirections() -> [Vector] { directions(beams: 160, columns: 1800) }

    private static func directions(beams: Int, columns: Int) -> [Vector] {
        var result: [Vector] = []
        result.reserveCapacity(beams * columns)
        for beam in 0..<beams {
            let elevation = lowest + (highest - lowest) * Double(beam) / Double(beams - 1)
            for column in 0..<columns {
                let azimuth = 2 * Double.pi * Double(column) / Double(columns)
                result.append(
                    Vector(
                        Float(cos(elevation) * cos(azimuth)),
                        Float(cos(elevation) * sin(azimuth)),
                        Float(sin(elevation))
                    )
                )
            }
        }
        return result
    }
}
