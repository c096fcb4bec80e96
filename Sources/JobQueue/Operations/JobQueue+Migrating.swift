internal import PostgresClient

extension JobQueue {
    /// The schema version that this program works with.
    public static var latestSchemaVersion: Int { Migration.latestVersion }

    /// The version of the database's schema, 0 if there is none.
    public func schemaVersion() async throws -> Int {
        try await attempt {
            try await pool.withConnection(doing: "reading the queue's version") { try await readVersion($0) }
        }
    }

    /// Checks that the database's schema is the one this program works with.
    ///
    /// - Throws: `JobQueueError.notMigrated` or `databaseIsNewer`.
    public func checkSchema() async throws {
        let found = try await schemaVersion()
        if found < Migration.latestVersion {
            throw JobQueueError.notMigrated(schema: schema, found: found, needed: Migration.latestVersion)
        }
        if found > Migration.latestVersion {
            throw JobQueueError.databaseIsNewer(schema: schema, found: found, known: Migration.latestVersion)
        }
    }

    /// Brings the schema to a version, up or down, in one transaction; many processes may do so at once.
    ///
    /// - Parameter version: the latest where nil; 0 removes everything, data included.
    /// - Returns: the version now.
    /// - Throws: `JobQueueError.databaseIsNewer` if a newer program migrated it, `wrongEncoding` for a database that is not
    ///   UTF-8; then nothing was changed.
    @discardableResult
    public func migrate(to version: Int? = nil) async throws -> Int {
        let target = version ?? Migration.latestVersion
        guard (0...Migration.latestVersion).contains(target) else { throw JobQueueError.unknownMigration(target) }
        // The way down needs no encoding.
        if target > 0 { try await checkEncoding() }
        let operation = "migrating the queue in schema \"\(schema)\" to version \(target)"
        return try await attempt {
            try await pool.transaction(doing: operation, statementTimeoutSeconds: 3600) { connection in
                // One at a time, also across schemas that do not exist yet; freed by the end of the transaction.
                try await connection.query(
                    "SELECT pg_advisory_xact_lock(hashtextextended('occ queue migration ' || $1, 0))",
                    [.text(schema)],
                    doing: operation,
                    timeoutSeconds: 3600
                )
                let found = try await readVersion(connection)
                guard found <= Migration.latestVersion else {
                    throw JobQueueError.databaseIsNewer(schema: schema, found: found, known: Migration.latestVersion)
                }
                try await move(connection, from: found, to: target, operation)
                return target
            }
        }
    }

    private nonisolated(nonsending) func move(
        _ connection: PostgresConnection,
        from found: Int,
        to target: Int,
        _ operation: String
    ) async throws {
        guard found != target else { return }
        var script = ""
        if found == 0 {
            script += """
                CREATE SCHEMA IF NOT EXISTS \(s);
                CREATE TABLE \(s).schema_version (version int4 NOT NULL, changed_at timestamptz NOT NULL DEFAULT now());
                INSERT INTO \(s).schema_version (version) VALUES (0);

                """
        }
        let steps =
            found < target
            ? Migration.all[found..<target].map(\.up) : Migration.all[target..<found].reversed().map(\.down)
        for step in steps {
            script += step.split(separator: "{s}", omittingEmptySubsequences: false).joined(separator: s)
        }
        if target == 0 {
            script += "DROP TABLE \(s).schema_version; DROP SCHEMA \(s);"
        } else {
            script += "UPDATE \(s).schema_version SET version = \(target), changed_at = now();"
        }
        try await connection.execute(script: script, doing: operation, timeoutSeconds: 3600)
    }

    private nonisolated(nonsending) func readVersion(_ connection: PostgresConnection) async throws -> Int {
        let operation = "reading the version of the queue in schema \"\(schema)\""
        let exists = try await connection.query(
            "SELECT to_regclass($1) IS NOT NULL AS exists",
            [.text("\(s).schema_version")],
            doing: operation
        )
        guard try exists.single().get("exists") else { return 0 }
        return try await connection.query("SELECT version FROM \(s).schema_version", doing: operation)
            .single().get("version")
    }
}
