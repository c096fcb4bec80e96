internal import Foundation
internal import Scenes

/// From where the rays of one sample are cast: at most eight places of the scene's lidar, in the sample's ego frame.
///
/// ```swift
/// let keyframes: [LidarKeyframe] = ...                    // all samples of the scene, in its order
/// let origins = try LidarOrigins.all(of: keyframes)       // one for each sample
/// ```
///
/// The choice is that of SparseOcc's `loaders/ego_pose_dataset.py`; steps and precisions in `docs/ray-iou.md`, "Origins".
public struct LidarOrigins: Hashable, Sendable {
    /// Places in metres in the ego frame (x forward, y left, z up), in the scene's order.
    public let positions: [SIMD3<Double>]

    /// Most origins that a sample has.
    public static let limit = 8
    /// A place counts where |x| and |y| are less than this, in metres.
    public static let range_m = 39.0

    /// Selects from places of the lidar in the sample's ego frame.
    ///
    /// - Parameters:
    ///   - candidates: places in metres, in the scene's order.
    ///   - sample: the sample's token, for error texts.
    /// - Throws: `LidarOriginsError` where none is in range, or where one in range has a height that is no number.
    public init(candidates: [SIMD3<Double>], sample: String) throws(LidarOriginsError) {
        let near = candidates.filter { abs($0.x) < Self.range_m && abs($0.y) < Self.range_m }
        guard !near.isEmpty else {
            throw LidarOriginsError(
                sample: sample,
                "none of \(candidates.count) places of the lidar has |x| and |y| below \(Self.range_m) m; check ego poses and "
                    + "calibrated_sensor of LIDAR_TOP"
            )
        }
        guard near.allSatisfy(\.z.isFinite) else {
            throw LidarOriginsError(sample: sample, "a place of the lidar has a height that is no finite number")
        }
        guard near.count > Self.limit else {
            positions = near
            return
        }
        // numpy.round(numpy.linspace(0, n - 1, 8)); halves cannot occur, since 7 is odd.
        let step = Double(near.count - 1) / Double(Self.limit - 1)
        positions = (0..<Self.limit).map { index in
            near[index == Self.limit - 1 ? near.count - 1 : Int((Double(index) * step).rounded(.toNearestOrEven))]
        }
    }

    /// The origins of one sample of a scene.
    ///
    /// - Parameters:
    ///   - reference: index of the sample.
    ///   - keyframes: all samples of the scene, in the order of their time stamps, also those without prediction or ground
    ///     truth: the rays of a sample depend on all of them.
    /// - Throws: `LidarOriginsError` naming the sample.
    public init(of reference: Int, in keyframes: [LidarKeyframe]) throws(LidarOriginsError) {
        guard keyframes.indices.contains(reference) else {
            throw LidarOriginsError(sample: "\(reference)", "the scene has \(keyframes.count) keyframes")
        }
        for frame in keyframes where !frame.egoToGlobal.isUsable || !frame.lidarToEgo.isUsable {
            throw LidarOriginsError(
                sample: frame.sample,
                "its ego pose or its calibrated_sensor of LIDAR_TOP has a number that is not finite, or a rotation of length "
                    + "0; correct the dataset's tables"
            )
        }
        let egoFromLidar = Matrix4(keyframes[reference].lidarToEgo)
        let lidarFromGlobal = Self.globalFromLidar(keyframes[reference]).inverse
        let candidates = keyframes.indices.map { index in
            // float32 here, float64 before and after: SparseOcc keeps the place in the reference's lidar frame so.
            var place = SIMD3<Float>.zero
            if index != reference {
                let moved = lidarFromGlobal.times(Self.globalFromLidar(keyframes[index]).column(3))
                place = SIMD3(Float(moved[0]), Float(moved[1]), Float(moved[2]))
            }
            let inEgo = egoFromLidar.times(SIMD4(Double(place.x), Double(place.y), Double(place.z), 1))
            return SIMD3(inEgo[0], inEgo[1], inEgo[2])
        }
        try self.init(candidates: candidates, sample: keyframes[reference].sample)
    }

    /// The origins of every sample of a scene, in the order given.
    ///
    /// - Throws: `LidarOriginsError` naming the sample.
    public static func all(of keyframes: [LidarKeyframe]) throws(LidarOriginsError) -> [LidarOrigins] {
        var origins: [LidarOrigins] = []
        for index in keyframes.indices { origins.append(try LidarOrigins(of: index, in: keyframes)) }
        return origins
    }

    private static func globalFromLidar(_ frame: LidarKeyframe) -> Matrix4 {
        let globalFromEgo = Matrix4(frame.egoToGlobal)
        let egoFromLidar = Matrix4(frame.lidarToEgo)
        let columns = (0..<4).map { globalFromEgo.times(egoFromLidar.column($0)) }
        return Matrix4(rows: (0..<4).map { SIMD4(columns[0][$0], columns[1][$0], columns[2][$0], columns[3][$0]) })
    }
}
