extension PostgresError {
    /// What can be done about an error; decides whether the same work is tried again, and over which connection.
    public enum Remedy: Sendable, Hashable {
        /// Try again over a new connection: this one is lost, is being closed by the server, or leads to a server that became
        /// read-only (SQLSTATE 25006). The address is resolved anew, so the new one may lead elsewhere.
        case reconnect
        /// Try again later, over any connection: a deadlock, a full disk or too many clients on the server, a statement that
        /// took too long. Time heals these.
        case wait
        /// Do not try again: the server (or libpq) understood and said no, and says so again until a person changes something:
        /// a password, a right, a table, the database's encoding, the work itself.
        case refused
    }

    /// What can be done about this error.
    public var remedy: Remedy {
        switch kind {
        case .connectionLost, .cannotConnect: .reconnect
        case .poolTimeout, .timedOut: .wait
        case .server(let state): Self.remedy(ofSQLState: state)
        case .notAdmitted, .poolClosed, .decoding, .usage, .privateServer, .diskFull: .refused
        }
    }

    /// Whether the same work may well succeed if tried again later.
    ///
    /// Only idempotent work should be tried again.
    public var isTransient: Bool { remedy != .refused }

    /// The remedy of a server's five-character code (appendix A of its manual); a code that is not known is a refusal.
    static func remedy(ofSQLState state: String) -> Remedy {
        if readOnlyStates.contains(state) || closingStates.contains(state) { return .reconnect }
        switch state.prefix(2) {
        // Connection exceptions (also PgBouncer's words for a server that it cannot reach).
        case "08": return .reconnect
        // Rolled back for another transaction; memory, disk or connections used up; the server's own input and output.
        case "40", "53", "58": return .wait
        default: return passingStates.contains(state) ? .wait : .refused
        }
    }

    /// The server is a standby, or was made read-only: nothing can be written over this connection any more.
    private static let readOnlyStates: Set = ["25006"]

    /// The server ends the connection: it stops, crashed, starts, or the connection (or its transaction) was idle for too long.
    static let closingStates: Set = ["57P01", "57P02", "57P03", "57P04", "57P05", "25P03", "25P04"]

    /// A lock or an object that is in use, a cancelled statement, an internal error such as "tuple concurrently updated".
    private static let passingStates: Set = ["55P03", "55006", "57014", "XX000"]

    /// What to do about a refusal, where the server gave no hint of its own.
    static func hint(forSQLState state: String) -> String? {
        switch state {
        case "28P01", "28000":
            "check user and password of the address and of the password file, and the server's pg_hba.conf; a program that"
                + " runs keeps the password it was started with"
        case "3D000": "create the database (encoding UTF8), or correct its name in the address"
        case "42501":
            "the role lacks a right: use the owner's role, or let the owner repeat"
                + " `occ-scheduler migrate --grant-worker ROLE`"
        case "42883", "42P01", "42703", "3F000":
            "the tables are missing or of another version: run `occ-scheduler migrate`"
        case "22P05", "22021": "the database's encoding cannot hold this text: use a database of encoding UTF8"
        case "25006": "the server is read-only (a standby?): the address must lead to the primary"
        case "53100": "free space on the database's disk"
        default: nil
        }
    }
}
