internal import CPQ

/// Owns a `PGconn`; the connection ends with it.
struct ConnectionHandle: ~Copyable {
    let pointer: OpaquePointer

    /// Connects, blocking for at most the configured time per address.
    init(_ configuration: PostgresConfiguration, operation: String) throws(PostgresError) {
        do {
            pointer = try Self.connect(configuration, operation: operation)
        } catch {
            guard error.isOfReadOnlyServers, let any = configuration.withAnyServer else { throw error }
            pointer = try Self.connect(any, operation: operation)
        }
    }

    private static func connect(
        _ configuration: PostgresConfiguration,
        operation: String
    ) throws(PostgresError) -> OpaquePointer {
        guard let connection = PQconnectStart(configuration.libpqString) else {
            throw PostgresError(.cannotConnect, operation: operation, message: "libpq is out of memory")
        }
        // The verbose text of a refusal has its SQLSTATE, which libpq gives in no other way (`ConnectFailure`).
        PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        let silent = ConnectionAttempt(connection, secondsPerAddress: configuration.secondsPerAddress).finish()
        guard PQstatus(connection) == CONNECTION_OK else {
            let text = configuration.redact(String(cString: PQerrorMessage(connection)))
            let isPasswordMissing = PQconnectionNeedsPassword(connection) == 1
            PQfinish(connection)
            if let refusal = refusalOfSettings(text, configuration, operation: operation) { throw refusal }
            var failure = ConnectFailure(verboseText: text)
            if let seconds = configuration.secondsPerAddress, !silent.isEmpty {
                failure.message += "; no answer within \(Int(seconds)) s from \(silent.joined(separator: ", "))"
            }
            throw PostgresError(
                failure,
                isPasswordMissing: isPasswordMissing,
                operation: operation,
                place: configuration.description
            )
        }
        PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
        // NOTICEs would go to stderr.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        return connection
    }

    /// The error of settings that libpq does not take, nil where it took them and the network or a server failed.
    ///
    /// `PQping` answers "no attempt" to such settings. It is asked only where the text does not begin as those of a network do.
    private static func refusalOfSettings(
        _ text: String,
        _ configuration: PostgresConfiguration,
        operation: String
    ) -> PostgresError? {
        guard !text.hasPrefix("connection to server "), !text.hasPrefix("could not translate host name "),
            PQping(configuration.libpqString) == PQPING_NO_ATTEMPT
        else { return nil }
        let keywords = Set(LibpqKeyword.all().map(\.name))
        return PostgresError(
            .usage,
            operation: operation,
            message: "libpq does not take a value of the database's address or of a PG... variable: "
                + AddressRules.withoutValues(firstLines(text), keywords: keywords),
            hint: "values are not repeated here, as they may be pieces of a password: percent-encode /, @, :"
                + " and ? in one; `env | grep ^PG` lists the variables"
        )
    }

    deinit {
        PQfinish(pointer)
    }

    /// A multi-line message of libpq as one line.
    static func firstLines(_ message: String) -> String {
        message.split(whereSeparator: \.isNewline).map { $0.drop { $0 == "\t" || $0 == " " } }.joined(separator: "; ")
    }
}
