internal import CPQ

/// What an address must look like, so that no part of it can be a piece of a password.
///
/// libpq takes a URL apart at its first `/`, `?` and `@`. A password that has one of them unencoded moves its rest into the host,
/// the port or the database's name, which are shown to people. Such addresses are refused, in words that repeat none of them.
enum AddressRules {
    /// Refuses an address.
    static func refusal(_ message: String) -> PostgresError {
        PostgresError(
            .usage,
            operation: "reading the database's address",
            message: message,
            hint: "give postgresql://user:password@host:port/database, in user and password %2F for /, %40 for @,"
                + " %3A for :, %3F for ?, %23 for # and %25 for %; or key=value pairs such as"
                + " \"host=/run/postgresql dbname=occ\""
        )
    }

    /// Judges the text before libpq reads it.
    static func check(text: String) throws(PostgresError) {
        guard !text.utf8.contains(0) else { throw refusal("it contains a NUL byte") }
        guard let scheme = text.firstRange(of: "://"), isScheme(text[..<scheme.lowerBound]) else { return }
        guard !text.contains(where: \.isNewline) else { throw refusal("it contains a line break") }
        let afterScheme = text[scheme.upperBound...]
        let authority = afterScheme.prefix { $0 != "/" && $0 != "?" }
        let rest = afterScheme[authority.endIndex...]
        // Options behind a path may have an @, as in ?user=anna@example.
        let suspicious = rest.first == "/" ? rest.prefix { $0 != "?" } : rest
        guard !suspicious.contains("@") else {
            throw refusal(
                "it has an \"@\" behind its first \"/\" or \"?\", so a user or password is not percent-encoded"
            )
        }
    }

    /// Keywords of whole numbers, which libpq reads only when it uses them.
    private static let numbers = [
        "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count",
        "tcp_user_timeout",
    ]

    /// Judges what libpq found in the address.
    static func check(settings: [String: String]) throws(PostgresError) {
        for host in [settings["host"], settings["hostaddr"]] where host?.contains("@") == true {
            throw refusal("its host contains \"@\", so the password probably has one that is not written as %40")
        }
        for port in (settings["port"] ?? "").split(separator: ",") {
            let digits = port.filter { !$0.isWhitespace }
            guard digits.isEmpty || (Int(digits).map { (1...65535).contains($0) } ?? false) else {
                throw refusal(
                    "its port is no number from 1 to 65535; in a URL, a password with \"/\" or \"@\" must be percent-encoded"
                )
            }
        }
        for keyword in numbers {
            let digits = (settings[keyword] ?? "").filter { !$0.isWhitespace }
            guard digits.isEmpty || Int32(digits) != nil else { throw refusal("its \(keyword) is no whole number") }
        }
        guard settings["dbname"]?.contains("://") != true else { throw refusal("its database's name is a URL") }
    }

    /// libpq's words about a value that it does not take, without the values: they may be pieces of a password.
    ///
    /// What stands in quotes stays only where it is one of libpq's keywords.
    static func withoutValues(_ message: String, keywords: Set<String>) -> String {
        let parts = message.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.enumerated().map { index, part in
            index.isMultiple(of: 2) || keywords.contains(String(part)) ? String(part) : "..."
        }.joined(separator: "\"")
    }

    private static func isScheme(_ text: Substring) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    }
}
