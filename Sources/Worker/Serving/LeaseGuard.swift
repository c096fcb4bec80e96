/// Decides until when a worker may trust its leases.
///
/// The database lets a worker's leases expire when its heartbeat row is older than `expirySeconds` by the database's clock.
/// The worker cannot read that clock, but it knows that a heartbeat it sent at its own monotonic time `t` and that was
/// confirmed later was recorded no earlier than `t`. So until `t + expirySeconds` nobody else can hold its scenes; it stops
/// `marginSeconds` before.
struct LeaseGuard: Hashable, Sendable {
    /// Seconds from one heartbeat to the next.
    let beatSeconds: Double
    /// Seconds after which the database gives a silent worker's scenes to others.
    let expirySeconds: Double
    /// Seconds before expiry at which the worker stops by itself.
    let marginSeconds: Double

    /// When the last confirmed heartbeat was sent, monotonic seconds; nil before registration.
    private(set) var lastConfirmedSend: Double?

    init(beatSeconds: Double, expirySeconds: Double, marginSeconds: Double) {
        precondition(beatSeconds > 0 && beatSeconds < expirySeconds - marginSeconds)
        self.beatSeconds = beatSeconds
        self.expirySeconds = expirySeconds
        self.marginSeconds = marginSeconds
    }

    /// Notes a heartbeat (or a registration) that the database confirmed.
    mutating func confirm(sentAt: Double) {
        lastConfirmedSend = max(lastConfirmedSend ?? sentAt, sentAt)
    }

    /// Forgets the registration: nothing is trusted until the next one.
    mutating func forget() {
        lastConfirmedSend = nil
    }

    /// Whether leases may still be trusted at a monotonic time.
    func isTrusted(at now: Double) -> Bool {
        guard let lastConfirmedSend else { return false }
        return now < lastConfirmedSend + expirySeconds - marginSeconds
    }
}
