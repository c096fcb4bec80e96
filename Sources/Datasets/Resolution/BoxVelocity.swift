/// The velocity of an annotated box by its neighbours in time: nuscenes-devkit's `box_velocity`.
enum BoxVelocity {
    /// Longest time between two neighbours that an estimate bridges, seconds; twice as much where both neighbours are there.
    static let longestGap_s = 1.5

    /// Where a box was at a time.
    struct Moment {
        var translation: SIMD3<Double>
        var timestamp_us: Int64
    }

    /// The velocity in metres a second; nil where there is no neighbour, the neighbours are too far apart in time, or, unlike there,
    /// where the quotient is not finite (two moments at one time).
    static func estimate(previous: Moment?, current: Moment, next: Moment?) -> SIMD3<Double>? {
        guard previous != nil || next != nil else { return nil }
        let first = previous ?? current
        let last = next ?? current
        // Each time is rounded to seconds before the difference is taken, as there.
        let time_s = 1e-6 * Double(last.timestamp_us) - 1e-6 * Double(first.timestamp_us)
        let limit_s = previous != nil && next != nil ? 2 * longestGap_s : longestGap_s
        guard !(time_s > limit_s) else { return nil }
        let velocity = (last.translation - first.translation) / time_s
        return velocity.x.isFinite && velocity.y.isFinite && velocity.z.isFinite ? velocity : nil
    }
}
