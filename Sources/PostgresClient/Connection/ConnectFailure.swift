/// What libpq says of a connection that could not be made, taken apart.
///
/// libpq hands out no SQLSTATE for a failed connection, only a text in the server's language. Its verbose form, which
/// `ConnectionHandle` asks for, has the code behind the severity in every language: `FATAL:  28P01: ...` (libpq's
/// `pqBuildErrorMessage3`: severity, colon, two spaces, code, colon). Several hosts make several such texts; libpq tries the next
/// host after one that cannot be reached or takes no writes, and stops at one that refuses, so the last one counts.
struct ConnectFailure: Equatable {
    /// The server's code in the last text, nil where no server answered with one.
    let sqlState: String?
    /// The texts in one line, without codes and without the places in the server's source.
    var message: String

    /// - Parameter text: what `PQerrorMessage` gives, of verbosity `PQERRORS_VERBOSE`.
    init(verboseText text: String) {
        var state: String?
        var lines: [String] = []
        for line in text.split(whereSeparator: \.isNewline) {
            if let code = Self.code(in: line) {
                state = String(line[code])
                lines.append(String(line[..<code.lowerBound]) + line[code.upperBound...].dropFirst(2))
            } else if Self.isPlaceInSource(line) {
                continue
            } else {
                // A later host that did not answer outdoes what an earlier one said.
                if line.hasPrefix("connection to server ") { state = nil }
                lines.append(String(line.drop { $0 == "\t" || $0 == " " }))
            }
        }
        sqlState = state
        message = lines.joined(separator: "; ")
    }

    /// Words of libpq 15 for encryption, certificates or ways to sign in that the address asks for and cannot have.
    ///
    /// Time heals none of these. `SSL error` by itself is not among them: a connection that breaks in the handshake says that too.
    static let untrustedWords = [
        "server does not support SSL, but SSL was required",
        "server doesn't support GSSAPI encryption, but it was required",
        "GSSAPI encryption required but was impossible",
        "channel binding required",
        "channel binding is required",
        "certificate verify failed",
        "does not match host name",
        "host name must be specified for a verified SSL connection",
        "could not get server's host name from server certificate",
        "could not verify server signature",
        "invalid SSL protocol version range",
        "unsupported protocol",
        "certificate file \"",
        "private key file \"",
        "could not get home directory to locate root certificate file",
    ]

    /// Where the code stands in `... SEVERITY:  CODE: words`.
    private static func code(in line: Substring) -> Range<Substring.Index>? {
        var start = line.startIndex
        while let gap = line[start...].firstRange(of: ":  ") {
            let rest = line[gap.upperBound...]
            let code = rest.prefix(5)
            let isCode = code.count == 5 && code.allSatisfy { $0.isASCII && ($0.isNumber || $0.isUppercase) }
            if isCode, rest.dropFirst(5).hasPrefix(": ") { return code.startIndex..<code.endIndex }
            start = gap.upperBound
        }
        return nil
    }

    /// `LOCATION:  auth_failed, auth.c:329`, the word in any language.
    private static func isPlaceInSource(_ line: Substring) -> Bool {
        guard let colon = line.lastIndex(of: ":"), line[line.index(after: colon)...].allSatisfy(\.isNumber) else {
            return false
        }
        return line[..<colon].hasSuffix(".c") && line.contains(":  ")
    }
}

extension PostgresError {
    /// The error of a connection that could not be made.
    ///
    /// - Parameters:
    ///   - isPasswordMissing: whether the server asked for a password and there was none (`PQconnectionNeedsPassword`).
    ///   - place: the address, for people.
    init(_ failure: ConnectFailure, isPasswordMissing: Bool, operation: String, place: String) {
        let state = failure.sqlState ?? (isPasswordMissing ? "28P01" : nil)
        let isUntrusted = state == nil && ConnectFailure.untrustedWords.contains { failure.message.contains($0) }
        let isRefused = isUntrusted || state.map { Self.remedy(ofSQLState: $0) == .refused } ?? false
        // libpq's own words, which it takes from its catalogue of texts only in programs that ask for a language.
        let isReadOnly = state == nil && failure.message.hasSuffix(Self.readOnlyWords)
        let check =
            (isReadOnly ? "25006" : state).flatMap(Self.hint(forSQLState:))
            ?? (isUntrusted ? Self.encryptionHint : nil)
            ?? "check that the server runs and that the address is right"
        self.init(
            isRefused ? .notAdmitted(sqlState: failure.sqlState) : .cannotConnect,
            operation: operation,
            message: failure.message.isEmpty ? "libpq gave no reason" : failure.message,
            hint: "\(check) (\(place))"
        )
    }

    /// What to do where encryption or certificates stand between both sides.
    private static let encryptionHint =
        "encryption or certificates do not fit: check sslmode, sslrootcert, sslcert, sslkey, channel_binding and"
        + " gssencmode of the address, the host's name in the server's certificate, and the server's ssl settings"

    /// What libpq says of a server that takes no writes while one is wanted that does.
    private static let readOnlyWords = "session is read-only"

    /// Whether no connection was made because the servers that answered take no writes.
    var isOfReadOnlyServers: Bool { kind == .cannotConnect && message.contains(Self.readOnlyWords) }
}
