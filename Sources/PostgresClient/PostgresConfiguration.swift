internal import CPQ

/// Where the server is and how long to wait for it.
///
/// What the connection string says wins over the limits set here, so that an operator's `?connect_timeout=3` holds.
/// Nothing here needs session state on the server: transaction-mode PgBouncer is fine.
public struct PostgresConfiguration: Sendable, Hashable {
    /// The connection string's own settings by libpq keyword.
    private let settings: [String: String]

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
    /// What is not given comes from libpq's environment variables (`PGHOST`, `PGPASSWORD` ...) and its password file.
    ///
    /// - Throws: `PostgresError` of kind `usage`; its text repeats no part of the string, which may hold a password.
    public init(connectionString: String) throws(PostgresError) {
        func refused(_ message: String) -> PostgresError {
            PostgresError(
                .usage,
                operation: "reading the connection string",
                message: message,
                hint: "give postgresql://user:password@host:port/database with special characters percent-encoded,"
                    + " or key=value pairs such as \"host=/run/postgresql dbname=occ\""
            )
        }
        guard !connectionString.utf8.contains(0) else { throw refused("it contains a NUL byte") }
        var parseError: UnsafeMutablePointer<CChar>?
        let options = PQconninfoParse(connectionString, &parseError)
        defer {
            PQfreemem(parseError)
            PQconninfoFree(options)
        }
        guard var option = options else { throw refused("it is not one that libpq understands") }
        var settings: [String: String] = [:]
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                settings[String(cString: keyword)] = String(cString: value)
            }
            option += 1
        }
        if settings["host"]?.contains("@") == true {
            throw refused("its host contains \"@\", so the password probably has one that is not written as %40")
        }
        self.settings = settings
    }

    /// Keywords and values for `PQconnectdbParams`.
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
        for (key, value) in settings { parameters[key] = value }
        return parameters
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
            settings[key].map { "\(key)=\($0)" }
        }
        return shown.isEmpty ? "libpq's defaults" : shown.joined(separator: " ")
    }
}
