import PostgresClient
import TestSupport
import Testing

@testable import JobQueue

@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct MigrationTests {
    @Test func goesUpDownAndUpAgain() async throws {
        try await TestQueue.with { queue in
            #expect(try await queue.schemaVersion() == JobQueue.latestSchemaVersion)
            try await queue.checkSchema()
            for version in stride(from: JobQueue.latestSchemaVersion - 1, through: 0, by: -1) {
                #expect(try await queue.migrate(to: version) == version)
                #expect(try await queue.schemaVersion() == version)
            }
            let left = try await queue.pool.query(
                "SELECT 1 AS one FROM pg_namespace WHERE nspname = $1",
                [.text(queue.schema)],
                doing: "looking"
            )
            #expect(left.count == 0)
            await #expect(throws: JobQueueError.self) { try await queue.checkSchema() }
            await #expect(throws: JobQueueError.self) { try await queue.listRuns() }
            try await queue.migrate()
            #expect(try await queue.listRuns() == [])
        }
    }

    @Test func manyProcessesMigrateAtOnce() async throws {
        try await TestQueue.with { queue in
            try await queue.migrate(to: 0)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 { group.addTask { try await queue.migrate() } }
                for try await version in group { #expect(version == JobQueue.latestSchemaVersion) }
            }
            try await queue.checkSchema()
        }
    }

    @Test func aNewerDatabaseIsLeftAlone() async throws {
        try await TestQueue.with { queue in
            try await queue.pool.query("UPDATE \(queue.s).schema_version SET version = 999", doing: "testing")
            for version in [nil, 0, JobQueue.latestSchemaVersion] {
                await #expect(
                    throws: JobQueueError.databaseIsNewer(
                        schema: queue.schema,
                        found: 999,
                        known: JobQueue.latestSchemaVersion
                    )
                ) { try await queue.migrate(to: version) }
            }
            await #expect(throws: JobQueueError.self) { try await queue.checkSchema() }
            #expect(try await queue.schemaVersion() == 999)
        }
    }

    @Test func migrationsAreNumberedWithoutGaps() {
        #expect(Migration.all.map(\.version) == Array(1...Migration.all.count))
    }

    @Test(arguments: ["", "Occ", "1occ", "occ-x", "o\"", String(repeating: "x", count: 49)])
    func oddSchemaNamesAreRefused(name: String) throws {
        let pool = ConnectionPool(configuration: try PostgresConfiguration(connectionString: "host=/nonexistent"))
        #expect(throws: JobQueueError.invalidSchemaName(name)) { try JobQueue(pool: pool, schema: name) }
    }
}
