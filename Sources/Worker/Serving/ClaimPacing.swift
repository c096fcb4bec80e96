/// When a worker asks for scenes, and whether the answer is still worth something.
struct ClaimPacing: Hashable, Sendable {
    private let shortestPollSeconds: Double
    private let longestPollSeconds: Double
    private var pollSeconds: Double
    private var next = 0.0
    /// The registration that the claim in flight named is gone: whatever it brings is not to be worked on.
    private var isStale = false
    /// Whether an answer is awaited.
    private(set) var isInFlight = false
    /// Whether no claim was under way at any time since the last heartbeat was sent.
    private(set) var wasQuietSinceBeat = false

    init(shortestPollSeconds: Double, longestPollSeconds: Double) {
        self.shortestPollSeconds = shortestPollSeconds
        self.longestPollSeconds = longestPollSeconds
        pollSeconds = shortestPollSeconds
    }

    /// Whether it is time to claim.
    func isDue(at now: Double) -> Bool { !isInFlight && now >= next }

    mutating func begin() {
        isInFlight = true
        wasQuietSinceBeat = false
    }

    mutating func noteBeat() { wasQuietSinceBeat = !isInFlight }

    mutating func loseRegistration() { isStale = isInFlight }

    /// Takes note of an answer; false if the registration that asked is gone.
    mutating func answered(isEmpty: Bool, now: Double, jitter: Double) -> Bool {
        defer { isStale = false }
        isInFlight = false
        if isEmpty {
            // At most `longestPollSeconds`, and not all workers of a cluster at once.
            next = now + pollSeconds * (0.5 + 0.5 * jitter)
            pollSeconds = min(pollSeconds * 2, longestPollSeconds)
        } else {
            pollSeconds = shortestPollSeconds
            next = now
        }
        return !isStale
    }

    /// There may be work by now.
    mutating func hurry(now: Double) { next = min(next, now) }
}
