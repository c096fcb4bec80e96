/// How long a worker waits for PostgreSQL, as a value: time heals outages, not refusals, and neither is waited for for ever.
///
/// A refusal is what the server understood and said no to: a changed password, a right that is missing, tables that are gone. It ends
/// the worker after `refusalSeconds`, a little longer than a password's change takes on both sides; an outage after `outageSeconds`.
struct Patience: Hashable, Sendable {
    struct Settings: Hashable, Sendable {
        /// How long registrations, heartbeats or claims may be refused, in seconds.
        var refusalSeconds = 60.0
        /// How many times they must have been by then.
        var refusals = 3
        /// How many closing writes in a row may be refused.
        var refusedWrites = 3
        /// How long the database may be out of reach, in seconds.
        var outageSeconds = 3600.0
    }

    /// The same trouble since some time.
    private struct Spell: Hashable {
        var since: Double
        var count: Int
        var message: String

        static func noting(_ message: String, after spell: Spell?, now: Double) -> Spell {
            Spell(since: spell?.since ?? now, count: (spell?.count ?? 0) + 1, message: message)
        }
    }

    private let settings: Settings
    /// Registrations and heartbeats that were refused.
    private var contact: Spell?
    private var claims: Spell?
    private var unreachableSince: Double?
    private var refusedWrites = 0
    private var lastRefusedWrite = ""

    init(settings: Settings = Settings()) {
        self.settings = settings
    }

    mutating func contactWasRefused(_ message: String, now: Double) {
        unreachableSince = nil
        contact = .noting(message, after: contact, now: now)
    }

    mutating func contactWasLost(now: Double) {
        contact = nil
        unreachableSince = unreachableSince ?? now
    }

    mutating func contactWasMade() {
        contact = nil
        unreachableSince = nil
    }

    mutating func claimWasRefused(_ message: String, now: Double) {
        claims = .noting(message, after: claims, now: now)
    }

    mutating func claimWasAnswered() { claims = nil }

    mutating func writeWasRefused(_ message: String) {
        refusedWrites += 1
        lastRefusedWrite = message
    }

    mutating func writeWasTaken() { refusedWrites = 0 }

    /// Why the worker should leave now; nil while there is hope.
    func verdict(at now: Double) -> String? {
        if refusedWrites >= settings.refusedWrites {
            return "the database refused \(refusedWrites) results or reports in a row; the last: \(lastRefusedWrite)"
        }
        for (what, spell) in [("this worker", contact), ("this worker's claims", claims)] {
            guard let spell, spell.count >= settings.refusals, now - spell.since >= settings.refusalSeconds else {
                continue
            }
            return "the database has refused \(what) for \(Int(now - spell.since)) s, \(spell.count) times; the last: "
                + spell.message
        }
        if let unreachableSince, now - unreachableSince >= settings.outageSeconds {
            return "the database was out of reach for \(Int(now - unreachableSince)) s"
        }
        return nil
    }
}
