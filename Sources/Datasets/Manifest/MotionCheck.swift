internal import Scenes

/// Judges how a vehicle moves from sample to sample, as they come.
struct MotionCheck {
    /// Faster than any road vehicle, metres a second.
    static let fastest_mps = 120.0
    /// Samples closer in time than this are written in another unit, nanoseconds.
    static let shortestGap_ns: Int64 = 1_000_000
    /// The ego's up points up at least so far: its z.
    private static let leastUp = 0.5
    /// Driving counts from this speed on, metres a second, and from so many metres in all.
    private static let slowest_mps = 4.0
    private static let leastWay_m = 20.0

    private var last: (time_ns: Int64, pose: RigidTransform, line: Int)?
    private var way_m = 0.0
    private var wayForward_m = 0.0
    private var firstLine = 0

    /// Makes a check that has seen nothing.
    init() {}

    /// What is wrong with a pose by itself; nil where nothing is.
    static func flaw(ofPose pose: RigidTransform) -> String? {
        let up = pose.rotation.axes.2
        guard up.z < leastUp else { return nil }
        let q = pose.rotation
        let other = Quaternion(w: q.z, x: q.w, y: q.x, z: q.y).axes.2
        return "the vehicle lies on its side or on its back: its up points to \(Self.shown(up))"
            + (other.z > 0.9 ? " (quaternion in the order x y z w?)" : " (another order, another world such as ECEF?)")
    }

    /// Takes the next sample.
    ///
    /// - Returns: what is wrong with it; nil where nothing is.
    mutating func take(time_ns: Int64, pose: RigidTransform, line: Int) -> (key: String, found: String, advice: String)?
    {
        defer { last = (time_ns, pose, line) }
        guard let last else {
            firstLine = line
            return nil
        }
        let gap_ns = time_ns - last.time_ns
        guard gap_ns > 0 else {
            let what = gap_ns == 0 ? "is that of the sample" : "falls below \(last.time_ns) of the sample"
            return ("t", "\(time_ns) \(what) on line \(last.line)", "write a scene's samples in the order of time")
        }
        guard gap_ns >= Self.shortestGap_ns else {
            let unit = gap_ns < 10 ? "seconds" : gap_ns < 10_000 ? "milliseconds" : "microseconds"
            return ("t", "the sample is \(gap_ns) ns after the one before (\(unit)?)", "write nanoseconds")
        }
        let step = pose.translation - last.pose.translation
        let step_m = (step * step).sum().squareRoot()
        let gap_s = Double(gap_ns) / 1e9
        guard step_m <= Self.fastest_mps * gap_s else {
            return (
                "worldFromEgo.t",
                "the vehicle moved \(Self.rounded(step_m)) m in \(Self.rounded(gap_s)) s (millimetres, centimetres, or a jump?)",
                "write metres; where the world's origin changes, begin another scene"
            )
        }
        if step_m >= Self.slowest_mps * gap_s {
            way_m += step_m
            wayForward_m += (step * last.pose.rotation.axes.0).sum()
        }
        return nil
    }

    /// What is wrong with the whole way; nil where nothing is.
    func flaw() -> (line: Int, found: String, advice: String)? {
        guard way_m >= Self.leastWay_m else { return nil }
        let share = wayForward_m / way_m
        guard share < 0.3 else { return nil }
        let how = share < -0.7 ? "backwards" : "sideways"
        return (
            firstLine,
            "in this scene the vehicle drives \(how) for \(Self.rounded(way_m)) m, by its axes"
                + (share < -0.7 ? " (quaternion in the order x y z w, egoFromWorld?)" : " (y forward, egoFromWorld?)"),
            "write the rotation that takes the ego's axes (x forward, y left, z up) to the world"
        )
    }

    private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
    private static func shown(_ v: SIMD3<Double>) -> String { "[\(rounded(v.x)), \(rounded(v.y)), \(rounded(v.z))]" }
}
