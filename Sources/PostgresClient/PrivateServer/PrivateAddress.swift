internal import Foundation

/// The address of a private server: whole, so that nothing of it is looked up in the environment of whoever connects.
///
/// libpq fills each keyword that is not given from a `PG...` variable, so an exported `PGHOSTADDR` leads to another server. Here
/// each keyword that has a variable is given, with the value that is compiled into libpq.
enum PrivateAddress {
    /// Keywords of libpq 15 and 16 that have a variable and no compiled value; libpq takes an empty value for "none".
    ///
    /// A newer libpq may refuse an empty value for a keyword of its own; `forgetEnvironment` is what covers those.
    private static let mayBeEmpty: Set = [
        "password", "passfile", "hostaddr", "options", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslcrldir",
        "requirepeer",
        "require_auth", "ssl_max_protocol_version", "gsslib", "sslcompression",
    ]

    /// Keywords that a client chooses (`PostgresConfiguration.libpqParameters`), and the service, which cannot be given as none.
    private static let leftOut: Set = [
        "connect_timeout", "client_encoding", "application_name", "service", "servicefile",
    ]

    /// The connection string of the server with a socket in a folder.
    static func connectionString(
        socketDirectory: String,
        port: Int,
        keywords: [LibpqKeyword] = LibpqKeyword.all()
    ) -> String {
        var others: [String: String] = [:]
        for keyword in keywords where keyword.variable != nil && !leftOut.contains(keyword.name) {
            if let compiled = keyword.compiled {
                others[keyword.name] = compiled
            } else if mayBeEmpty.contains(keyword.name) {
                others[keyword.name] = ""
            }
        }
        return LibpqKeyword.connectionString(
            [("host", socketDirectory), ("port", String(port)), ("dbname", "postgres"), ("user", "occ")],
            others
        )
    }

    /// Removes every `PG...` variable from this process, and so from the programs that it starts.
    ///
    /// What no keyword can say: `PGSERVICE` (there is no "no service"), and the session's settings that libpq sends along
    /// (`PGTZ`, `PGDATESTYLE`, `PGGEQO`). Whoever uses a private server uses no other one in the same process.
    static func forgetEnvironment() {
        for name in ProcessInfo.processInfo.environment.keys where name.hasPrefix("PG") { unsetenv(name) }
    }
}
