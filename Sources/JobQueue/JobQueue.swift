internal import Foundation
public import PostgresClient

/// The queue of scenes in PostgreSQL: what the scheduler submits and watches, what workers claim and report.
///
/// Every call is one statement or one transaction, holds no session state (transaction-mode PgBouncer is fine) and tells time
/// by the database's clock. Reports of workers are fenced: they match `(scene, lease)`, and false or nil means that the
/// scene is somebody else's by now, so stop.
///
/// Calls wait over lost connections and restarting databases for `timing.patienceSeconds`; all of them are safe to repeat.
/// What a worker reports last (`complete`, `fail`, `release`, `retire`) is not cut short by the task's cancellation.
public struct JobQueue: Sendable {
    /// The largest payload of one scene, in bytes.
    public static let maximumPayloadBytes = 64 << 20

    /// The connections.
    public let pool: ConnectionPool
    /// The name of the schema that holds the tables.
    public let schema: String
    /// Every interval and limit.
    public let timing: QueueTiming
    /// Where the queue is, for people: host, port, database, user and schema; no secret.
    public var place: String

    let random: @Sendable () -> Double
    let unresolvedClaims = UnresolvedClaims()
    /// The schema's name as SQL.
    let s: String

    /// Creates a queue over a pool; nothing is read or written yet.
    ///
    /// - Parameters:
    ///   - schema: 1...48 of `a-z 0-9 _`, beginning with a letter or underscore.
    ///   - random: numbers in 0..<1 for jitter.
    /// - Throws: `JobQueueError.invalidSchemaName`.
    public init(
        pool: ConnectionPool,
        schema: String = "occ",
        timing: QueueTiming = QueueTiming(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) throws(JobQueueError) {
        let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789_")
        guard (1...48).contains(schema.count), schema.allSatisfy(allowed.contains), schema.first?.isNumber == false
        else {
            throw .invalidSchemaName(schema)
        }
        self.pool = pool
        self.schema = schema
        self.timing = timing
        self.random = random
        place = pool.configuration.description + (schema == "occ" ? "" : " schema=\(schema)")
        s = "\"\(schema)\""
    }

    /// Runs an operation, again and again over transient trouble until patience runs out.
    ///
    /// - Parameter body: must be safe to repeat even if an earlier try took effect and its answer was lost.
    func attempt<R>(_ body: () async throws -> R) async throws -> R {
        let start = ContinuousClock.now
        var number = 0
        while true {
            do {
                return try await body()
            } catch let error as PostgresError {
                if error.sqlState == "42P01" || error.sqlState == "3F000" {
                    throw JobQueueError.notMigrated(schema: schema, found: 0, needed: Migration.latestVersion)
                }
                number += 1
                let delay = timing.reconnectBackoff.delaySeconds(attempt: number, random: random())
                let elapsed = (ContinuousClock.now - start) / .seconds(1)
                guard error.remedy != .refused, elapsed + delay < timing.patienceSeconds else { throw error }
                try await Task.sleep(for: .seconds(delay))
            }
        }
    }

    /// `attempt`, out of reach of the task's cancellation.
    func attemptShielded<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
        try await Task { try await attempt(body) }.value
    }

    /// Runs one statement with `attempt`.
    func query(_ operation: String, _ sql: String, _ parameters: [PostgresValue] = []) async throws -> PostgresResult {
        try await attempt { try await pool.query(sql, parameters, doing: operation) }
    }
}
