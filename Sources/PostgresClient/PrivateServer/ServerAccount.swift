internal import Foundation

/// The account that runs the server's programs: PostgreSQL refuses to run as root.
package struct ServerAccount: Sendable, Hashable {
    let userID: UInt32
    let groupID: UInt32
    /// For people.
    let name: String

    /// What a program left behind.
    struct Output: Sendable {
        var status: Int32
        /// Standard output and error together.
        var text: String
    }

    /// The account of this process.
    static let current = ServerAccount(userID: geteuid(), groupID: getegid(), name: accountName(geteuid()))

    /// Chooses the account for a data directory: its owner's, else this process's, else (as root) `postgres`.
    ///
    /// - Parameter directory: an existing data directory, nil if there is none yet.
    package static func forServer(dataDirectory directory: String?) throws(PostgresError) -> ServerAccount {
        let operation = "choosing the account for the private PostgreSQL server"
        var owner: ServerAccount?
        if let directory {
            var status = stat()
            guard stat(directory, &status) == 0 else {
                throw PostgresError(
                    .privateServer,
                    operation: operation,
                    message: "cannot look at \(directory): \(String(cString: strerror(errno)))"
                )
            }
            owner = ServerAccount(userID: status.st_uid, groupID: status.st_gid, name: accountName(status.st_uid))
        }
        guard current.userID == 0 else {
            guard let owner, owner.userID != current.userID else { return current }
            throw PostgresError(
                .privateServer,
                operation: operation,
                message: "\(directory ?? "") belongs to user \(owner.name), this process runs as \(current.name)",
                hint: "run as \(owner.name), or use another output directory"
            )
        }
        if let owner, owner.userID != 0 { return owner }
        guard let entry = getpwnam("postgres") else {
            throw PostgresError(
                .privateServer,
                operation: operation,
                message: "PostgreSQL does not run as root, and there is no user named postgres to run it as",
                hint:
                    "run as an ordinary user, `apt-get install postgresql` (which adds the user), or use a running server"
                    + " with --database URL"
            )
        }
        return ServerAccount(userID: entry.pointee.pw_uid, groupID: entry.pointee.pw_gid, name: "postgres")
    }

    /// Runs a program as this account and waits for it, blocking.
    ///
    /// The working directory is `/` (another user may not enter ours), the environment holds nothing that would redirect
    /// PostgreSQL's programs.
    func run(_ program: String, _ arguments: [String]) throws(PostgresError) -> Output {
        var command = [program] + arguments
        if Self.current.userID == 0, userID != 0 {
            command = ["/usr/bin/setpriv", "--reuid=\(userID)", "--regid=\(groupID)", "--clear-groups", "--"] + command
        }
        var environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"]
        if let path = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] {
            environment.append("LD_LIBRARY_PATH=" + path)
        }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw PostgresError(
                .privateServer,
                operation: "running \(program)",
                message: "pipe: \(String(cString: strerror(errno)))"
            )
        }
        let reader = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        let child: ChildProcess
        do {
            defer { close(ends[1]) }
            child = try ChildProcess(command, environment: environment, output: ends[1], inNewSession: false)
        }
        // Ends when every writer has closed: the server itself writes to its log file, not to this pipe.
        let data = (try? reader.readToEnd()) ?? Data()
        return Output(status: child.wait(), text: String(decoding: data, as: UTF8.self))
    }

    private static func accountName(_ userID: UInt32) -> String {
        getpwuid(userID).map { String(cString: $0.pointee.pw_name) } ?? String(userID)
    }
}
