/// What a worker is able and willing to claim.
public struct ClaimFilter: Sendable, Hashable {
    /// The newest format version understood of each kind of run; other kinds and newer versions are left alone.
    public var formatVersions: [String: Int]
    /// Only this run, where given.
    public var run: String?

    /// Creates a filter.
    public init(formatVersions: [String: Int], run: String? = nil) {
        self.formatVersions = formatVersions
        self.run = run
    }
}
