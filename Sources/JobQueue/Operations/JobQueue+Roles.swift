internal import PostgresClient

/// What a worker's role may do; `docs/security.md` says what that protects from.
extension JobQueue {
    /// How it was checked that a role can do a worker's work.
    public enum RightsCheck: Sendable, Hashable {
        /// The database was asked for every right, and each of a worker's calls was made under the role.
        case done
        /// The database was asked for every right; who granted may not act as the role.
        case asked
    }

    /// What workers write, beside reading every table of the queue and calling its functions.
    ///
    /// Runs, payloads and the version they only read.
    static let workerRights: [(right: String, table: String)] = [
        ("UPDATE", "scenes"), ("INSERT, UPDATE", "attempts"), ("INSERT", "results"),
        ("INSERT, UPDATE, DELETE", "workers"), ("UPDATE", "reaps"), ("INSERT, UPDATE", "run_counters"),
    ]

    /// Lets a role do a worker's work in this schema and nothing else there, and checks that it can.
    ///
    /// What it had before is taken away, so asking again repairs what somebody revoked. Repeat it after each migration: new tables
    /// are granted to nobody. The role is made by the database's administrator (`CREATE ROLE name LOGIN`), who also sees to it
    /// that it has nothing elsewhere. Functions are granted by name: their EXECUTE for PUBLIC may have been revoked.
    ///
    /// - Returns: how it was checked.
    /// - Throws: `JobQueueError.unusableRole` where there is no such role, or where rights would not hold it back; `wrongRights`
    ///   where it does not have what was granted, or has more from elsewhere; `notMigrated`.
    @discardableResult
    public func grantWorker(role: String) async throws -> RightsCheck {
        guard (1...63).contains(role.utf8.count), !role.utf8.contains(0) else {
            throw JobQueueError.unusableRole(role, "a role's name has 1 to 63 bytes")
        }
        try await checkSchema()
        let operation = "granting a worker's rights to role \"\(role)\""
        let name = Self.quoted(role)
        try await attempt {
            try await pool.transaction(doing: operation) { connection in
                try await checkRole(role, connection, operation)
                var script = """
                    REVOKE ALL ON ALL TABLES IN SCHEMA \(s) FROM \(name);
                    REVOKE ALL ON ALL SEQUENCES IN SCHEMA \(s) FROM \(name);
                    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA \(s) FROM \(name);
                    REVOKE ALL ON SCHEMA \(s) FROM \(name);
                    GRANT USAGE ON SCHEMA \(s) TO \(name);
                    GRANT SELECT ON ALL TABLES IN SCHEMA \(s) TO \(name);
                    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA \(s) TO \(name);

                    """
                for (right, table) in Self.workerRights { script += "GRANT \(right) ON \(s).\(table) TO \(name);\n" }
                try await connection.execute(script: script, doing: operation)
            }
        }
        try await letConnect(role, operation)
        try await checkRights(role, operation)
        return try await tryRights(role, operation)
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

    /// Grants the right to connect where PUBLIC does not have it, if this role may.
    private func letConnect(_ role: String, _ operation: String) async throws {
        let row = try await query(
            operation,
            """
            SELECT has_database_privilege($1, current_database(), 'CONNECT') AS may_connect,
                has_database_privilege(current_database(), 'CONNECT WITH GRANT OPTION') AS may_grant,
                current_database()::text AS name
            """,
            [.text(role)]
        ).single()
        guard try !row.get("may_connect", as: Bool.self) else { return }
        let name: String = try row.get("name")
        let grant = "GRANT CONNECT ON DATABASE \(Self.quoted(name)) TO \(Self.quoted(role))"
        guard try row.get("may_grant") else {
            throw JobQueueError.wrongRights(
                role: role,
                "it may not connect to database \"\(name)\": the database's owner must say \(grant)"
            )
        }
        _ = try await query(operation, grant)
    }

    static func quoted(_ name: String) -> String {
        "\"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
    }
}
