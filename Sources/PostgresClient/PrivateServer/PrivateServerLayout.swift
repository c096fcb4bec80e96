internal import Foundation

/// The folders of one private server, and the rules their paths must keep.
struct PrivateServerLayout: Sendable, Hashable {
    /// The folder that was asked for, absolute.
    let root: String

    /// PostgreSQL's own data directory.
    var cluster: String { root + "/pgdata" }
    /// Where a new data directory is made before it gets its name, so that a half-made one is never taken for whole.
    var unfinishedCluster: String { root + "/pgdata.new" }
    var log: String { root + "/postgres.log" }
    var lock: String { root + "/lock" }
    /// Holds the token of the process that the server ends with.
    var owner: String { root + "/owner" }
    var postmasterFile: String { cluster + "/postmaster.pid" }

    /// - Throws: `PostgresError` of kind `privateServer` for characters that `pg_ctl` would hand to a shell unquoted.
    init(dataDirectory: String) throws(PostgresError) {
        root = URL(fileURLWithPath: dataDirectory).standardizedFileURL.path
        let unsafe = Set("\"$`\\\n\r")
        guard !root.contains(where: unsafe.contains) else {
            throw PostgresError(
                .privateServer,
                operation: "preparing a private PostgreSQL server",
                message: "the path \(root.debugDescription) contains a quote, $, `, backslash or line break",
                hint: "use another output directory"
            )
        }
    }

    /// Whether a Unix socket can stand in the folder and be named in a connection string.
    ///
    /// The kernel's `sun_path` holds 107 bytes and a NUL; the socket's name is `.s.PGSQL.5432` and the server adds a lock
    /// file beside it. A comma would separate two directories.
    static func isUsableForSocket(_ directory: String) -> Bool {
        let safe = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+=@:% ")
        return (directory + "/.s.PGSQL.5432").utf8.count <= 107 && directory.allSatisfy(safe.contains)
    }

    /// The major version of the data directory, nil if there is none.
    func clusterVersion() -> Int? {
        (try? String(contentsOfFile: cluster + "/PG_VERSION", encoding: .utf8))
            .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// What the server of this data directory says of itself, running or not.
    func postmaster() -> PostmasterFile? {
        (try? String(contentsOfFile: postmasterFile, encoding: .utf8)).flatMap(PostmasterFile.init)
    }

    /// The last lines of the server's log.
    func logTail(lines: Int = 12) -> String {
        guard let data = FileManager.default.contents(atPath: log) else { return "" }
        let text = String(decoding: data.suffix(8192), as: UTF8.self)
        return text.split(separator: "\n").suffix(lines).joined(separator: "\n")
    }
}
