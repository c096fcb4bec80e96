import PostgresClient
import TestSupport

/// One pool for the tests of this target, over the process's test server.
enum TestDatabase {
    static let pool = Task {
        let configuration = try PostgresConfiguration(
            connectionString: try await DisposablePostgresServer.connectionString()
        )
        return ConnectionPool(configuration: configuration, maximumConnections: 12, waitTimeoutSeconds: 120)
    }

    static func configuration() async throws -> PostgresConfiguration {
        try await pool.value.configuration
    }
}
