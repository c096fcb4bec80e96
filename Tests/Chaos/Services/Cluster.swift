import Foundation
import PostgresClient
import TestSupport

/// A PostgreSQL server of the suite's own, which can be stopped, killed and frozen.
final class Cluster {
    static let database = "occ"
    /// Whom the programs under test connect as: no superuser, so that reserved connections stay free for the suite.
    static let user = "worker"
    /// One that the server asks for a password; the other's equal in all else.
    static let guardedUser = "guarded"

    let folder: String
    let port: Int
    let binaries: String
    let account: [String]
    private(set) var server: Child?
    /// False while the suite itself keeps the server from answering.
    var isReachable = false
    private var connection: PostgresConnection?

    /// Makes the data directory.
    ///
    /// - Parameter addresses: where it listens beside its socket.
    init(folder: String, addresses: [String]) throws {
        self.folder = folder
        binaries = try Self.programs()
        port = try FreePort.find()
        account = try Account.prefix(owning: folder)
        let data = folder + "/data"
        try Shell.run(
            account + [
                "\(binaries)/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N",
            ]
        )
        let settings = """

            listen_addresses = '\(addresses.joined(separator: ", "))'
            port = \(port)
            unix_socket_directories = '\(folder)'
            max_connections = 40
            shared_buffers = 64MB
            log_min_messages = warning
            autovacuum_naptime = 10s

            """
        try Self.append(settings, to: data + "/postgresql.conf")
        let rules = data + "/pg_hba.conf"
        let others = try String(contentsOfFile: rules, encoding: .utf8)
        // The first rule that fits counts. Written in place: the file stays the server's.
        guard let handle = FileHandle(forWritingAtPath: rules) else { throw ChaosFailure("cannot write \(rules)") }
        defer { try? handle.close() }
        let guarded = "host all \(Self.guardedUser) all scram-sha-256\n"
        try handle.write(contentsOf: Data((guarded + others + "host all all 10.0.0.0/8 trust\n").utf8))
    }

    /// The connection string over the socket.
    var socketURL: String { url(host: folder) }

    /// The connection string by way of an address.
    func url(host: String, port: Int? = nil, database: String = Cluster.database) -> String {
        "host=\(host) port=\(port ?? self.port) user=\(Self.user) dbname=\(database)"
    }

    /// Starts the server and waits until it answers.
    func start() async throws {
        server = try Child(account + ["\(binaries)/postgres", "-D", folder + "/data"], log: folder + "/server.log")
        isReachable = true
        try await waitUntilReady()
    }

    /// Waits until the server answers, through a recovery if need be.
    func waitUntilReady() async throws {
        for _ in 0..<600 {
            guard server?.isRunning == true else { break }
            if (try? await query("SELECT 1 AS one", database: "postgres")) != nil { return }
            try await Task.sleep(nanoseconds: 100_000_000)
        }
        throw ChaosFailure("PostgreSQL does not answer; see \(folder)/server.log")
    }

    /// Stops the server with a signal: SIGINT is fast, SIGQUIT immediate, SIGKILL what it is.
    func stop(_ signal: Int32) async throws {
        guard let server else { return }
        isReachable = false
        connection = nil
        server.send(signal)
        for _ in 0..<300 where server.isRunning { try await Task.sleep(nanoseconds: 100_000_000) }
        server.end()
        self.server = nil
        // After SIGKILL the backends need a moment to notice, and a new server would refuse to start beside them.
        if signal == SIGKILL { try await Task.sleep(nanoseconds: 1_000_000_000) }
    }

    /// Every process of the server, the first one first.
    func processes() -> [pid_t] {
        guard let server else { return [] }
        return [server.processID] + Processes.children(of: server.processID)
    }

    /// Runs one statement as superuser; connects anew after trouble.
    @discardableResult
    func query(
        _ sql: String,
        _ parameters: [PostgresValue] = [],
        database: String = Cluster.database,
        timeoutSeconds: Double = 10
    ) async throws -> PostgresResult {
        guard isReachable else { throw ChaosFailure("the server is held back") }
        do {
            let open = try await database == Self.database ? cachedConnection() : connect(database)
            let result = try await open.query(sql, parameters, doing: "watching", timeoutSeconds: timeoutSeconds)
            if database != Self.database { await open.close() }
            return result
        } catch {
            await connection?.close()
            connection = nil
            throw error
        }
    }

    /// A connection of its own, as superuser or as the programs' user.
    func connect(_ database: String = Cluster.database, as user: String = "postgres") async throws -> PostgresConnection
    {
        let text = "host=\(folder) port=\(port) user=\(user) dbname=\(database) connect_timeout=3"
        var configuration = try PostgresConfiguration(connectionString: text)
        configuration.cancelGraceSeconds = 1
        configuration.applicationName = "chaos"
        // The suite looks on while the server takes no writes.
        configuration.access = .reading
        return try await PostgresConnection.connect(configuration)
    }

    private func cachedConnection() async throws -> PostgresConnection {
        if let connection { return connection }
        let fresh = try await connect()
        connection = fresh
        return fresh
    }

    private static func programs() throws -> String {
        if let given = ProcessInfo.processInfo.environment["OCC_POSTGRES_BIN"] { return given }
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let found = versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "/usr/lib/postgresql/\($0)/bin" }
        guard let first = found.first(where: { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") }) else {
            throw ChaosFailure("no PostgreSQL server is installed (apt-get install postgresql)")
        }
        return first
    }

    private static func append(_ text: String, to path: String) throws {
        guard let handle = FileHandle(forWritingAtPath: path) else { throw ChaosFailure("cannot write \(path)") }
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
    }
}
