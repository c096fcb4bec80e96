internal import Glibc
internal import Scenes

/// Where something was, by time.
struct PoseTimeline {
    /// What is known of a moment.
    enum Found: Equatable {
        case pose(RigidTransform)
        /// Before the first or after the last.
        case outside
        /// Between two that lie too far apart.
        case gap(from_ns: Int64, to_ns: Int64)
    }

    private(set) var times_ns: [Int64] = []
    private var poses: [RigidTransform] = []
    /// Whether the times rise, so that it may be searched.
    private var isSorted = true

    /// The first time and the last.
    var range_ns: ClosedRange<Int64>? { times_ns.min().map { $0...(times_ns.max() ?? $0) } }

    /// Takes a pose, in any order of time.
    ///
    /// Of poses that stay the same the first and the last are kept.
    mutating func add(_ time_ns: Int64, _ pose: RigidTransform) {
        let count = times_ns.count
        if isSorted, count >= 2, time_ns >= times_ns[count - 1], poses[count - 1] == pose, poses[count - 2] == pose {
            times_ns[count - 1] = time_ns
            return
        }
        isSorted = isSorted && time_ns > (times_ns.last ?? .min)
        times_ns.append(time_ns)
        poses.append(pose)
    }

    /// Brings the poses into the order of time; of two at one time the first is kept.
    mutating func sort() {
        guard !isSorted else { return }
        let order = times_ns.indices.sorted { (times_ns[$0], $0) < (times_ns[$1], $1) }
        var (times, found): ([Int64], [RigidTransform]) = ([], [])
        for index in order where times.last != times_ns[index] {
            times.append(times_ns[index])
            found.append(poses[index])
        }
        (times_ns, poses, isSorted) = (times, found, true)
    }

    /// The pose at a time: one that is there, or one between two; `sort` comes first.
    func pose(at time_ns: Int64, mostGap_ns: Int64) -> Found {
        var (low, high) = (0, times_ns.count)
        while low < high {
            let middle = (low + high) / 2
            if times_ns[middle] < time_ns { low = middle + 1 } else { high = middle }
        }
        guard low < times_ns.count else { return .outside }
        if times_ns[low] == time_ns { return .pose(poses[low]) }
        guard low > 0 else { return .outside }
        let (before, after) = (poses[low - 1], poses[low])
        if before == after { return .pose(before) }
        let gap_ns = times_ns[low] - times_ns[low - 1]
        guard gap_ns <= mostGap_ns else { return .gap(from_ns: times_ns[low - 1], to_ns: times_ns[low]) }
        return .pose(Self.mix(before, after, Double(time_ns - times_ns[low - 1]) / Double(gap_ns)))
    }

    /// A pose between two: the way evenly, the rotation on the shortest arc (slerp, Shoemake 1985).
    static func mix(_ a: RigidTransform, _ b: RigidTransform, _ share: Double) -> RigidTransform {
        let (p, q) = (a.rotation.normalised, b.rotation.normalised)
        let cosine = p.w * q.w + p.x * q.x + p.y * q.y + p.z * q.z
        let angle = acos(min(1, abs(cosine)))
        // Where the arc is so short that its sine says nothing, it is a line.
        let (first, second) =
            angle < 1e-6 ? (1 - share, share) : (sin((1 - share) * angle) / sin(angle), sin(share * angle) / sin(angle))
        let signed = cosine < 0 ? -second : second
        let rotation = Quaternion(
            w: p.w * first + q.w * signed,
            x: p.x * first + q.x * signed,
            y: p.y * first + q.y * signed,
            z: p.z * first + q.z * signed
        )
        return RigidTransform(
            translation: a.translation + (b.translation - a.translation) * share,
            rotation: rotation.normalised
        )
    }
}
