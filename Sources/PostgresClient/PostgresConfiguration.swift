internal import CPQ

/// Where the server is and how long to wait for it.
///
/// What the connection string says wins over the limits set here, so that an operator's `?connect_timeout=3` holds.
/// Nothing here needs session state on the server: transaction-mode PgBouncer is fine.
public struct PostgresConfiguration: Sendable, Hashable {
    /// Which of the servers that an address leads to will do.
    public enum Access: Sendable, Hashable {
        /// One that takes writes: after a failover, the new primary.
        case writing
        /// One that takes writes, else any: a standby answers questions too.
        case reading
    }

    /// The connection string's own settings by libpq keyword; an empty value is one that was given as empty.
    private var settings: [String: String]
    /// Whether the operator said which servers will do (`target_session_attrs`), in the string, the environment or a service file.
    private let choosesServers: Bool

    /// Which servers will do, where the operator did not say.
    public var access = Access.writing
    /// Bound on making a connection to one address, in seconds.
    public var connectTimeoutSeconds: Int = 10
    /// Idle time after which the kernel probes a TCP peer, in seconds; three unanswered probes end the connection.
    public var keepaliveIdleSeconds: Int = 10
    /// How long sent data may stay unacknowledged before the kernel ends a TCP connection, in seconds.
    public var tcpUserTimeoutSeconds: Int = 20
    /// Bound on one statement, in seconds: then the server is asked to cancel it.
    public var statementTimeoutSeconds: Double = 60
    /// How long after that (or after its task was cancelled) a statement that goes on loses its socket, in seconds.
    public var cancelGraceSeconds: Double = 5
    /// The name shown in `pg_stat_activity`.
    public var applicationName: String = "occ"

    /// Reads a connection string as libpq takes it: `postgresql://user@host/database?options` or `key=value` pairs.
    ///
    /// Blanks and line breaks around it, which files and secrets bring along, are left out. What is not given comes from libpq's
    /// environment variables (`PGHOST`, `PGPASSWORD` ...) and its password file.
    ///
    /// - Throws: `PostgresError` of kind `usage`; its text repeats no part of the string, which may hold a password.
    public init(connectionString: String) throws(PostgresError) {
        let text = Self.trimmed(connectionString)
        try AddressRules.check(text: text)
        // Its error text would repeat parts of the string.
        let options = PQconninfoParse(text, nil)
        defer { PQconninfoFree(options) }
        guard var option = options else { throw AddressRules.refusal("it is not one that libpq understands") }
        var settings: [String: String] = [:]
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                settings[String(cString: keyword)] = String(cString: value)
            }
            option += 1
        }
        try AddressRules.check(settings: settings)
        self.settings = settings
        // What a service file says is for libpq to find out; a value set here would win over it.
        choosesServers =
            settings["target_session_attrs"] != nil || settings["service"] != nil
            || LibpqKeyword.all().contains { $0.name == "target_session_attrs" && $0.value != $0.compiled }
    }

    /// An address without the blanks and line breaks around it.
    static func trimmed(_ text: String) -> String {
        var text = Substring(text)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// What libpq is given by keyword.
    var libpqParameters: [String: String] {
        var parameters = [
            "connect_timeout": String(connectTimeoutSeconds),
            "keepalives": "1",
            "keepalives_idle": String(keepaliveIdleSeconds),
            "keepalives_interval": "5",
            "keepalives_count": "3",
            "tcp_user_timeout": String(tcpUserTimeoutSeconds * 1000),
            "application_name": applicationName,
            "client_encoding": "UTF8",
        ]
        if !choosesServers { parameters["target_session_attrs"] = "read-write" }
        for (key, value) in settings { parameters[key] = value }
        return parameters
    }

    /// The same as one string, in which also an empty value counts as given.
    var libpqString: String { LibpqKeyword.connectionString([], libpqParameters) }

    /// What to try where no server takes writes and reading is enough; nil where that changes nothing.
    var withAnyServer: PostgresConfiguration? {
        guard access == .reading, !choosesServers else { return nil }
        var other = self
        other.settings["target_session_attrs"] = "any"
        return other
    }

    /// Bound on making a connection to one address, in seconds; nil for none, where the connection string asks for that.
    var secondsPerAddress: Double? {
        guard let text = settings["connect_timeout"] else { return Double(max(2, connectTimeoutSeconds)) }
        // As libpq reads it: zero and less are no limit, one is taken for two.
        guard let seconds = Int(text.filter { !$0.isWhitespace }), seconds > 0 else { return nil }
        return Double(max(2, seconds))
    }

    /// Removes the password from a text that libpq or the server made.
    func redact(_ text: String) -> String {
        guard let password = settings["password"], !password.isEmpty else { return text }
        return text.split(separator: password, omittingEmptySubsequences: false).joined(separator: "***")
    }
}

extension PostgresConfiguration: CustomStringConvertible {
    /// Host, port, database and user, never the password.
    public var description: String {
        let shown = ["host", "hostaddr", "port", "dbname", "user"].compactMap { key in
            settings[key].flatMap { $0.isEmpty ? nil : "\(key)=\($0)" }
        }
        return shown.isEmpty ? "libpq's defaults" : shown.joined(separator: " ")
    }
}
