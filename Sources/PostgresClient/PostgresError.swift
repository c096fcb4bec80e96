/// What went wrong between this process and PostgreSQL, and what was being done.
///
/// Texts never contain a password: connection strings are described by `PostgresConfiguration.description`.
public struct PostgresError: Error, Sendable, Hashable {
    /// What kind of failure this is; decides what the caller can do about it.
    public enum Kind: Sendable, Hashable {
        /// The server answered with an error; `sqlState` is its five-character code (appendix A of its manual).
        case server(sqlState: String)
        /// The connection broke while it was in use. Whether the statement (or COMMIT) took effect is unknown.
        case connectionLost
        /// No connection could be made; the server does not answer, is starting or stopping, has no room, or is read-only.
        case cannotConnect
        /// The server (or libpq, on the way to it) refused the connection for good: a wrong password, a database that does not
        /// exist, a right that is missing. `sqlState` is the server's code; nil where libpq refused.
        case notAdmitted(sqlState: String?)
        /// Every connection of the pool stayed busy for the whole wait.
        case poolTimeout
        /// The pool was closed.
        case poolClosed
        /// The statement ran past its time limit and was stopped.
        case timedOut
        /// A value did not have the type or shape that was asked for.
        case decoding
        /// The call itself is wrong: a connection string that does not parse, a NUL byte in a text, too many parameters.
        case usage
        /// A private server could not be prepared or started.
        case privateServer
        /// A private server finds no room on its disk.
        case diskFull
    }

    /// The kind of failure.
    public var kind: Kind
    /// What was being done, for example `claiming scenes`.
    public var operation: String
    /// What was found, in the server's or the system's words.
    public var message: String
    /// The server's DETAIL, where it gave one.
    public var detail: String?
    /// What to do next: the server's HINT or ours.
    public var hint: String?
    /// The table constraint that refused a row, where the server named it.
    public var constraint: String?

    /// Creates an error.
    public init(
        _ kind: Kind,
        operation: String,
        message: String,
        detail: String? = nil,
        hint: String? = nil,
        constraint: String? = nil
    ) {
        self.kind = kind
        self.operation = operation
        self.message = message
        self.detail = detail
        self.hint = hint
        self.constraint = constraint
    }

    /// The server's five-character code, nil where the server did not answer with one.
    public var sqlState: String? {
        switch kind {
        case .server(let sqlState): sqlState
        case .notAdmitted(let sqlState): sqlState
        default: nil
        }
    }

    /// Whether the connection is gone, so that the outcome of what was being done is unknown.
    public var isConnectionLoss: Bool {
        switch kind {
        case .connectionLost: true
        // Class 08: connection exceptions (also PgBouncer's).
        case .server(let state): Self.closingStates.contains(state) || state.hasPrefix("08")
        default: false
        }
    }
}

extension PostgresError: CustomStringConvertible {
    /// One line: what was being done, what was found, what to do.
    public var description: String {
        var text = "\(operation): "
        switch kind {
        case .server(let sqlState): text += "PostgreSQL refused (SQLSTATE \(sqlState)): "
        case .connectionLost: text += "the connection to PostgreSQL was lost: "
        case .cannotConnect: text += "cannot connect to PostgreSQL: "
        case .notAdmitted(let sqlState):
            text += "PostgreSQL refuses the connection" + (sqlState.map { " (SQLSTATE \($0))" } ?? "") + ": "
        case .poolTimeout, .poolClosed, .timedOut, .decoding, .usage, .privateServer, .diskFull: break
        }
        text += message
        if let detail { text += " (\(detail))" }
        if let hint { text += "; \(hint)" }
        return text
    }
}
