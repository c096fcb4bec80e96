internal import Foundation

/// The drive of the ego vehicle: along its lane with a slow weave and changing speed.
struct EgoMotion: Sendable {
    let curve: RoadCurve
    /// Offset of its lane from the centre line (negative: right of it).
    let lane: Double
    let profile: SpeedProfile
    /// Metres to either side and metres of road a full weave takes.
    let weave: (amplitude: Double, length: Double)

    /// The ego frame's global pose: rear axle on the road's surface, x forward, y left, z up.
    ///
    /// The heading is that of the path, so the vehicle never slips sideways.
    func pose(at time: Double) -> Pose {
        let s = profile.distance(at: time)
        let k = 2 * Double.pi / weave.length
        let t = lane + weave.amplitude * sin(k * s)
        return curve.pose(s: s, t: t, turn: atan(weave.amplitude * k * cos(k * s)))
    }
}
