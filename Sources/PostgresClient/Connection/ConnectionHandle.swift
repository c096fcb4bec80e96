internal import CPQ
internal import Glibc

/// Owns a `PGconn`; the connection ends with it.
struct ConnectionHandle: ~Copyable {
    let pointer: OpaquePointer

    /// Connects, blocking for at most the configured time per address.
    init(_ configuration: PostgresConfiguration, operation: String) throws(PostgresError) {
        let parameters = configuration.libpqParameters.sorted { $0.key < $1.key }
        let connection = withCStrings(parameters.map(\.key)) { keywords in
            withCStrings(parameters.map(\.value)) { values in PQconnectStartParams(keywords, values, 0) }
        }
        guard let connection else {
            throw PostgresError(.cannotConnect, operation: operation, message: "libpq is out of memory")
        }
        // The verbose text of a refusal has its SQLSTATE, which libpq gives in no other way (`ConnectFailure`).
        PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        let silent = ConnectionAttempt(connection, secondsPerAddress: configuration.secondsPerAddress).finish()
        guard PQstatus(connection) == CONNECTION_OK else {
            var failure = ConnectFailure(verboseText: configuration.redact(String(cString: PQerrorMessage(connection))))
            if let seconds = configuration.secondsPerAddress, !silent.isEmpty {
                failure.message += "; no answer within \(Int(seconds)) s from \(silent.joined(separator: ", "))"
            }
            let isPasswordMissing = PQconnectionNeedsPassword(connection) == 1
            PQfinish(connection)
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
        pointer = connection
    }

    deinit {
        PQfinish(pointer)
    }

    /// A multi-line message of libpq as one line.
    static func firstLines(_ message: String) -> String {
        message.split(whereSeparator: \.isNewline).map { $0.drop { $0 == "\t" || $0 == " " } }.joined(separator: "; ")
    }
}

/// Calls `body` with a NULL-terminated array of C strings.
private func withCStrings<R>(
    _ strings: [String],
    _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R
) -> R {
    var storage: [CChar] = []
    var offsets: [Int] = []
    for string in strings {
        offsets.append(storage.count)
        storage.append(contentsOf: string.utf8CString)
    }
    return storage.withUnsafeBufferPointer { buffer in
        let pointers = offsets.map { offset in buffer.baseAddress.map { $0 + offset } } + [nil]
        return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
    }
}
