import Foundation
import TestSupport
import Testing

@testable import JobQueue
@testable import PostgresClient

/// The whole queue through PgBouncer in transaction mode: more clients than server connections, no session state.
@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct PoolerTests {
    private static let program: String? = {
        let path = "/usr/sbin/pgbouncer"
        if FileManager.default.isExecutableFile(atPath: path) { return path }
        print("the test through PgBouncer is skipped: \(path) is not installed (apt-get install pgbouncer)")
        return nil
    }()

    @Test(.enabled(if: program != nil, "needs PgBouncer")) func worksThroughTransactionPooling() async throws {
        let direct = try PostgresConfiguration(connectionString: try await DisposablePostgresServer.connectionString())
        guard let host = direct.libpqParameters["host"], host.hasPrefix("/") else {
            return print("the test through PgBouncer is skipped: the test server is not reached over a local socket")
        }
        let account = try ServerAccount.forServer(dataDirectory: nil)
        let folder = "/tmp/occ-bouncer-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let user = direct.libpqParameters["user"] ?? account.name
        try """
        [databases]
        * = host=\(host) port=\(direct.libpqParameters["port"] ?? "5432")
        [pgbouncer]
        listen_addr =
        listen_port = 6432
        unix_socket_dir = \(folder)
        auth_type = trust
        auth_file = \(folder)/users
        pool_mode = transaction
        default_pool_size = 3
        max_client_conn = 50
        logfile = \(folder)/log
        """.write(toFile: folder + "/ini", atomically: true, encoding: .utf8)
        try "\"\(user)\" \"\"\n".write(toFile: folder + "/users", atomically: true, encoding: .utf8)
        chown(folder, account.userID, account.groupID)
        let command = [try #require(Self.program), folder + "/ini"]
        let dropped = ["/usr/bin/setpriv", "--reuid=\(account.userID)", "--regid=\(account.groupID)", "--clear-groups"]
        let pooler = try ChildProcess(
            account == .current ? command : dropped + command,
            environment: [],
            output: nil,
            inNewSession: false
        )
        defer {
            kill(pooler.pid, SIGKILL)
            _ = pooler.wait()
        }

        let database = direct.libpqParameters["dbname"] ?? "postgres"
        let pool = ConnectionPool(
            configuration: try PostgresConfiguration(
                connectionString: "host=\(folder) port=6432 user=\(user) dbname=\(database)"
            ),
            maximumConnections: 12
        )
        let schema = "test_\(UInt64.random(in: 0...UInt64.max))"
        let queue = try JobQueue(pool: pool, schema: schema, timing: TestQueue.timing)
        // Its patience covers the moment until the pooler listens.
        try await queue.migrate()
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        try await Simulation(queue: queue, seed: seed, workerCount: 6, sceneCount: 60).run()
        try await queue.expectExactCounters()
        let error = await #expect(throws: PostgresError.self) {
            try await pool.query("SELECT pg_sleep(60)", doing: "sleeping", timeoutSeconds: 0.2)
        }
        #expect(error?.kind == .timedOut)
        try await queue.migrate(to: 0)
        await pool.close()
    }
}
