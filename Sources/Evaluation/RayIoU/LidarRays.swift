internal import Foundation

/// The 14,040 directions in which each origin looks: 39 pitches times 360 azimuths.
///
/// SparseOcc's `generate_lidar_rays`: pitch -(π/2 - atan k) for k = 1 to 10, then on by the last step until 0.21 rad or more is
/// reached; azimuths of whole degrees; unit vectors in float64, rounded to float32.
enum LidarRays {
    /// Pitches in radians, from steeply down to slightly up.
    static let pitches: [Double] = {
        var pitches = (1...10).map { -(Double.pi / 2 - atan(Double($0))) }
        while let last = pitches.last, last < 0.21 { pitches.append(last + (last - pitches[pitches.count - 2])) }
        return pitches
    }()

    /// Directions, azimuth fastest.
    static let directions: [SIMD3<Float>] = pitches.flatMap { pitch in
        (0..<360).map { degrees in
            let azimuth = Double(degrees) * (Double.pi / 180)
            return SIMD3(
                Float(cos(pitch) * cos(azimuth)),
                Float(cos(pitch) * sin(azimuth)),
                Float(sin(pitch))
            )
        }
    }

    /// The same along x, y and z, as the kernels read them.
    static let axes: [[Double]] = [
        directions.map { Double($0.x) }, directions.map { Double($0.y) }, directions.map { Double($0.z) },
    ]
}
