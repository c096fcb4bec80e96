/// What a run of the suite is asked to do.
nonisolated struct ChaosSettings: Sendable {
    var faults: Int
    var seed: UInt64
    /// Kinds to choose from; empty means all.
    var kinds: [String]
    /// Folder of occ-scheduler and occ-worker.
    var programs: String
    /// Whether waits are seconds where the full form takes minutes, and the default lease is not measured.
    var isShort: Bool

    /// Lease of the workers under test.
    var leaseSeconds: Double { isShort ? 6 : 8 }
    /// How long the server stays away.
    var outageSeconds: Double { isShort ? 4 : 120 }
    var sceneCount: Int { isShort ? 10 : 24 }
    var sampleCount: Int { isShort ? 2 : 3 }
    /// Workers whose recovery is measured with the default lease.
    var measuredKills: Int { isShort ? 0 : 12 }
}
