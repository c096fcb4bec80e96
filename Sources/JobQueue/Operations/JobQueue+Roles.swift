internal import PostgresClient

/// What a worker's role may do; `docs/security.md` says what that protects from.
extension JobQueue {
    /// What workers write, beside reading every table of the queue.
    ///
    /// Runs, payloads and the version they only read.
    static let workerRights: [(right: String, table: String)] = [
        ("UPDATE", "scenes"), ("INSERT, UPDATE", "attempts"), ("INSERT", "results"),
        ("INSERT, UPDATE, DELETE", "workers"), ("UPDATE", "reaps"), ("INSERT, UPDATE", "run_counters"),
    ]

    /// Lets a role do a worker's work in this schema and nothing else there; what it had before is taken away.
    ///
    /// Repeat it after each migration: new tables are granted to nobody. The role is made by the database's administrator
    /// (`CREATE ROLE name LOGIN`), who also sees to it that it has nothing elsewhere.
    ///
    /// - Throws: `JobQueueError.unusableRole` where there is no such role, or where rights would not hold it back;
    ///   `JobQueueError.notMigrated`.
    public func grantWorker(role: String) async throws {
        guard (1...63).contains(role.utf8.count), !role.utf8.contains(0) else {
            throw JobQueueError.unusableRole(role, "a role's name has 1 to 63 bytes")
        }
        try await checkSchema()
        let operation = "granting a worker's rights to role \"\(role)\""
        try await attempt {
            try await pool.transaction(doing: operation) { connection in
                try await checkRole(role, connection, operation)
                let parts = role.split(separator: "\"", omittingEmptySubsequences: false)
                let name = "\"\(parts.joined(separator: "\"\""))\""
                var script = """
                    REVOKE ALL ON ALL TABLES IN SCHEMA \(s) FROM \(name);
                    REVOKE ALL ON ALL SEQUENCES IN SCHEMA \(s) FROM \(name);
                    REVOKE ALL ON SCHEMA \(s) FROM \(name);
                    GRANT USAGE ON SCHEMA \(s) TO \(name);
                    GRANT SELECT ON ALL TABLES IN SCHEMA \(s) TO \(name);

                    """
                for (right, table) in Self.workerRights { script += "GRANT \(right) ON \(s).\(table) TO \(name);\n" }
                try await connection.execute(script: script, doing: operation)
            }
        }
    }

    /// Refuses roles that rights do not hold back.
    private nonisolated(nonsending) func checkRole(
        _ role: String,
        _ connection: PostgresConnection,
        _ operation: String
    ) async throws {
        let found = try await connection.query(
            """
            SELECT r.rolsuper AS is_super, pg_has_role(r.oid, n.nspowner, 'MEMBER') AS is_owner
            FROM pg_roles r, pg_namespace n WHERE r.rolname = $1 AND n.nspname = $2
            """,
            [.text(role), .text(schema)],
            doing: operation
        )
        guard let row = found.first else {
            throw JobQueueError.unusableRole(role, "there is no such role; make it with CREATE ROLE ... LOGIN")
        }
        if try row.get("is_super") {
            throw JobQueueError.unusableRole(role, "it is a superuser, whom no grant holds back")
        }
        if try row.get("is_owner") {
            throw JobQueueError.unusableRole(role, "it owns the queue's schema, so it could drop it; use another role")
        }
    }
}
