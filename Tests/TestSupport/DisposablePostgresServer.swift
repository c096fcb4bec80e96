internal import Foundation
package import PostgresClient

/// A server for tests: one for each process, in a temporary folder, gone with the process.
///
/// With `OCC_TEST_DATABASE_URL` set, that server is used instead. A small watcher process ends the server and removes its
/// folder when this process has ended, however it ended.
package enum DisposablePostgresServer {
    private static let server = Task { try await start() }

    /// Whether there is a server to test with; where false, the reason is printed, once.
    package static let isAvailable: Bool = {
        if environmentURL != nil { return true }
        do {
            _ = try PostgresBinaries.find(majorVersion: nil)
            _ = try ServerAccount.forServer(dataDirectory: nil)
            return true
        } catch {
            print("tests that need PostgreSQL are skipped: \(error)")
            return false
        }
    }()

    /// The connection string of the server, which is started by the first caller.
    package static func connectionString() async throws -> String {
        if let environmentURL { return environmentURL }
        return try await server.value.connectionString
    }

    private static var environmentURL: String? {
        ProcessInfo.processInfo.environment["OCC_TEST_DATABASE_URL"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func start() async throws -> PrivatePostgresServer {
        let server = try await PrivatePostgresServer.start(dataDirectory: try temporaryFolder())
        // What these tests write need not outlive the machine: no commit waits for the disk.
        let configuration = try PostgresConfiguration(connectionString: server.connectionString)
        let pool = ConnectionPool(configuration: configuration, maximumConnections: 1)
        for statement in ["ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"] {
            try await pool.query(statement, doing: "starting a server for tests")
        }
        await pool.close()
        return server
    }

    /// Starts another server, empty, for a test that changes what belongs to a whole server: roles, its rules, its settings.
    ///
    /// - Parameter rules: lines that come before those of `pg_hba.conf`, which let everybody in over the socket.
    package static func another(rules: [String] = []) async throws -> PrivatePostgresServer {
        let folder = try temporaryFolder()
        let server = try await PrivatePostgresServer.start(dataDirectory: folder)
        guard !rules.isEmpty else { return server }
        let path = folder + "/pgdata/pg_hba.conf"
        let others = try String(contentsOfFile: path, encoding: .utf8)
        // Written in place: the file stays the server's.
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? file.close() }
        try file.write(contentsOf: Data((rules.joined(separator: "\n") + "\n" + others).utf8))
        try await server.stop()
        return try await PrivatePostgresServer.start(dataDirectory: folder)
    }

    private static func temporaryFolder() throws(PostgresError) -> String {
        var template = "/tmp/occ-test-XXXXXX".utf8CString.map { $0 }
        guard mkdtemp(&template) != nil else {
            throw PostgresError(
                .privateServer,
                operation: "starting a PostgreSQL server for tests",
                message: "mkdtemp: \(String(cString: strerror(errno)))"
            )
        }
        let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        try endWithThisProcess(folder)
        return folder
    }

    /// Sees to it that a private server and its folder do not outlive this process.
    package static func endWithThisProcess(_ folder: String) throws(PostgresError) {
        // The first line of postmaster.pid is the server's process; SIGQUIT stops it at once.
        let script = """
            while kill -0 "$1" 2>/dev/null; do sleep 0.5; done
            kill -QUIT "$(head -n 1 "$2/pgdata/postmaster.pid")" 2>/dev/null
            sleep 1
            rm -rf "$2"
            """
        _ = try ChildProcess(
            ["/bin/sh", "-c", script, "sh", String(getpid()), folder],
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            output: nil,
            inNewSession: true
        )
    }
}
