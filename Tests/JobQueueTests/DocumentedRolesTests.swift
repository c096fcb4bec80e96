import Foundation
import TestSupport
import Testing

@testable import JobQueue
@testable import PostgresClient

/// The roles of `docs/security.md`, made by its own SQL on an empty server, and what harder servers do to them.
@Suite(.serialized, .enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL"))
struct DocumentedRolesTests {
    /// What the page says, from its text.
    private struct Page {
        /// The statements of the block that begins with `CREATE ROLE`.
        let statements: [String]

        init() throws {
            let text = try Project.text("docs/security.md")
            let blocks = text.components(separatedBy: "\n```").filter { $0.hasPrefix("sql\n") }
            let block = try #require(blocks.first { $0.contains("CREATE ROLE") }).dropFirst(4)
            let lines = block.split(separator: "\n").map { line in
                line.firstRange(of: "--").map { String(line[..<$0.lowerBound]) } ?? String(line)
            }
            statements = lines.joined(separator: "\n").split(separator: ";").map {
                $0.trimmingCharacters(in: .whitespacesAndNewlines)
            }.filter { !$0.isEmpty }
        }

        /// The password that the page gives a role.
        func password(of role: String) throws -> String {
            let statement = try #require(statements.first { $0.hasPrefix("CREATE ROLE \(role) ") })
            return try #require(statement.split(separator: "'").dropFirst().first.map(String.init))
        }
    }

    /// An empty server that asks everybody but its administrator for a password, with the page's roles and database.
    private static func with(
        _ body: (_ administrator: ConnectionPool, _ owner: ConnectionPool, _ worker: ConnectionPool) async throws ->
            Void
    ) async throws {
        let page = try Page()
        let server = try await DisposablePostgresServer.another(
            rules: ["local all occ trust", "local all all scram-sha-256"]
        )
        func pool(_ role: String) throws -> ConnectionPool {
            let address = "\(server.connectionString) user=\(role) dbname=occ password=\(try page.password(of: role))"
            return ConnectionPool(configuration: try PostgresConfiguration(connectionString: address))
        }
        let first = ConnectionPool(configuration: try PostgresConfiguration(connectionString: server.connectionString))
        for statement in page.statements { try await first.query(statement, doing: "following the page") }
        await first.close()
        let administrator = ConnectionPool(
            configuration: try PostgresConfiguration(connectionString: server.connectionString + " dbname=occ")
        )
        let (owner, worker) = (try pool("occ_owner"), try pool("occ_worker"))
        do {
            try await body(administrator, owner, worker)
        } catch {
            for pool in [administrator, owner, worker] { await pool.close() }
            try? await server.stop()
            throw error
        }
        for pool in [administrator, owner, worker] { await pool.close() }
        try await server.stop()
    }

    /// Submits three scenes as the owner and works on them as the worker: done, failed, given back.
    private static func submitAndWork(_ owner: JobQueue, _ worker: JobQueue, run: String) async throws {
        _ = try await owner.submit(.test(run, maximumAttempts: 1), scenes: scenes(0..<3))
        let id = try await worker.registerTestWorker(run)
        let filter = ClaimFilter(formatVersions: ["predict": 1], run: run)
        let claimed = try await worker.claim(id, limit: 3, filter: filter)
        #expect(claimed.count == 3)
        let leases = claimed.map(\.sceneLease)
        #expect(try await worker.heartbeat(id, holding: leases).isAlive)
        #expect(try await worker.reportProgress(leases[0], samplesDone: 3))
        #expect(try await worker.complete(leases[0], result: .test(leases[0])))
        #expect(try await worker.fail(leases[1], message: "данные", retryable: false) == .failed)
        #expect(try await worker.release(leases[2], samplesDone: 1))
        try await worker.reap()
        try await worker.retire(id)
        let counts = try #require(try await worker.runStatus(run)).counts
        #expect(counts.done == 1 && counts.failed == 1 && counts.queued == 1)
    }

    @Test func thePagesRolesSubmitAndWork() async throws {
        try await Self.with { _, owner, worker in
            let queue = try JobQueue(pool: owner, timing: TestQueue.timing)
            try await queue.migrate()
            #expect(try await queue.grantWorker(role: "occ_worker") == .done, "the page lets the owner try it")
            #expect(try await queue.workers().isEmpty, "who only tried is forgotten")
            try await Self.submitAndWork(queue, JobQueue(pool: worker, timing: TestQueue.timing), run: "a")
            for statement in ["DELETE FROM occ.runs", "CREATE TABLE occ.x (i int)", "CREATE TABLE public.x (i int)"] {
                let error = await #expect(throws: PostgresError.self) {
                    try await worker.query(statement, doing: "testing")
                }
                #expect(error?.sqlState == "42501", "\(statement)")
            }
        }
    }

    /// Nothing is left to PUBLIC, now and for what will be made.
    @Test func aServerThatLeavesNothingToThePublic() async throws {
        try await Self.with { administrator, owner, worker in
            for statement in [
                "ALTER DEFAULT PRIVILEGES FOR ROLE occ_owner REVOKE ALL ON FUNCTIONS FROM PUBLIC",
                "ALTER DEFAULT PRIVILEGES FOR ROLE occ_owner REVOKE ALL ON TYPES FROM PUBLIC",
                "ALTER DEFAULT PRIVILEGES FOR ROLE occ_owner GRANT ALL ON TABLES TO occ_worker",
                "REVOKE occ_worker FROM occ_owner", "REVOKE CONNECT ON DATABASE occ FROM occ_worker",
            ] { try await administrator.query(statement, doing: "testing") }
            let queue = try JobQueue(pool: owner, timing: TestQueue.timing)
            try await queue.migrate()
            #expect(try await queue.grantWorker(role: "occ_worker") == .asked, "it may not act as the role any more")
            let working = try JobQueue(pool: worker, timing: TestQueue.timing)
            try await Self.submitAndWork(queue, working, run: "a")
            let error = await #expect(throws: PostgresError.self) {
                try await worker.query("DELETE FROM occ.runs", doing: "testing")
            }
            #expect(error?.sqlState == "42501", "default privileges gave it more, the grant took that back")

            // Asking again repairs.
            try await owner.query("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA occ FROM occ_worker", doing: "testing")
            try await owner.query("REVOKE UPDATE ON occ.scenes FROM occ_worker", doing: "testing")
            let broken = try await working.registerTestWorker("broken")
            let refusal = await #expect(throws: PostgresError.self) {
                try await working.claim(broken, limit: 1, filter: .test)
            }
            #expect(refusal?.sqlState == "42501" && refusal?.remedy == .refused)
            #expect(refusal?.description.contains("--grant-worker") == true)
            try await queue.grantWorker(role: "occ_worker")
            try await Self.submitAndWork(queue, working, run: "b")
        }
    }

    /// What the grant cannot give, and what comes from elsewhere, is said.
    @Test func wrongRightsAreNamed() async throws {
        try await Self.with { administrator, owner, _ in
            let queue = try JobQueue(pool: owner, timing: TestQueue.timing)
            try await queue.migrate()
            func refusal() async -> String {
                let error = await #expect(throws: JobQueueError.self) {
                    try await queue.grantWorker(role: "occ_worker")
                }
                return error?.description ?? ""
            }
            try await administrator.query("GRANT DELETE ON occ.runs TO PUBLIC", doing: "testing")
            #expect(await refusal().contains("DELETE on table runs"))
            try await administrator.query("REVOKE DELETE ON occ.runs FROM PUBLIC", doing: "testing")
            try await administrator.query("GRANT pg_write_all_data TO occ_worker", doing: "testing")
            #expect(await refusal().contains("INSERT on table runs"))
            try await administrator.query("REVOKE pg_write_all_data FROM occ_worker", doing: "testing")
            // The database is another's, and the worker may not enter it.
            try await administrator.query("ALTER DATABASE occ OWNER TO occ", doing: "testing")
            try await administrator.query("REVOKE ALL ON DATABASE occ FROM occ_worker, PUBLIC", doing: "testing")
            try await administrator.query("GRANT CONNECT ON DATABASE occ TO occ_owner", doing: "testing")
            let closed = await refusal()
            #expect(closed.contains("GRANT CONNECT ON DATABASE \"occ\" TO \"occ_worker\""), "\(closed)")
            try await administrator.query("GRANT CONNECT ON DATABASE occ TO occ_worker", doing: "testing")
            #expect(try await queue.grantWorker(role: "occ_worker") == .done)
            // Closed inside the server itself, which nobody is asked about: found by doing.
            try await administrator.query(
                "REVOKE EXECUTE ON FUNCTION make_interval(int4, int4, int4, int4, int4, int4, float8) FROM PUBLIC",
                doing: "testing"
            )
            let refused = await refusal()
            #expect(refused.contains("make_interval"), "\(refused)")
        }
    }
}
