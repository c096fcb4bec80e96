internal import PostgresClient

/// Whether a role has a worker's rights and no others, by asking and by doing.
extension JobQueue {
    /// Asks the database for every right on everything in the schema.
    ///
    /// - Throws: `JobQueueError.wrongRights` that names what is missing, or what is there beside and through whom it may come.
    func checkRights(_ role: String, _ operation: String) async throws {
        var needed: [String] = []
        var writes: [String] = []
        for (rights, table) in Self.workerRights {
            for right in rights.split(separator: ", ") { writes.append("\(table) \(right)") }
        }
        let rows = try await query(
            operation,
            """
            SELECT 'USAGE on schema ' || $2::text AS right, true AS is_needed,
                has_schema_privilege($1, n.oid, 'USAGE') AS is_there
            FROM pg_namespace n WHERE n.nspname = $2
            UNION ALL
            SELECT 'CREATE on schema ' || $2::text, false, has_schema_privilege($1, n.oid, 'CREATE')
            FROM pg_namespace n WHERE n.nspname = $2
            UNION ALL
            SELECT r.name || ' on table ' || c.relname,
                r.name = 'SELECT' OR c.relname || ' ' || r.name = ANY ($3), has_table_privilege($1, c.oid, r.name)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
                unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS r (name)
            WHERE n.nspname = $2 AND c.relkind IN ('r', 'p', 'v', 'm')
            UNION ALL
            SELECT 'EXECUTE on function ' || p.proname, true, has_function_privilege($1, p.oid, 'EXECUTE')
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $2
            ORDER BY 1
            """,
            [.text(role), .text(schema), .texts(writes)]
        ).rows
        var excess: [String] = []
        for row in rows {
            let isNeeded: Bool = try row.get("is_needed")
            let isThere: Bool = try row.get("is_there")
            guard isNeeded != isThere else { continue }
            if isNeeded { needed.append(try row.get("right")) } else { excess.append(try row.get("right")) }
        }
        if !needed.isEmpty {
            throw JobQueueError.wrongRights(
                role: role,
                "it does not have \(needed.joined(separator: ", ")): grant as the role that owns the tables"
            )
        }
        if !excess.isEmpty {
            throw JobQueueError.wrongRights(
                role: role,
                "it also has \(excess.joined(separator: ", ")), through PUBLIC or a role that it is a member of: revoke that there"
            )
        }
    }

    /// Makes each of a worker's calls under the role, for no scene: nothing is claimed, and the worker is forgotten again.
    ///
    /// - Throws: `JobQueueError.wrongRights` with what was refused.
    func tryRights(_ role: String, _ operation: String) async throws -> RightsCheck {
        let row = try await query(
            operation,
            """
            SELECT pg_has_role(
                $1, CASE WHEN current_setting('server_version_num')::int4 >= 160000 THEN 'SET' ELSE 'MEMBER' END
            ) AS may_act
            """,
            [.text(role)]
        ).single()
        guard try row.get("may_act") else { return .asked }
        let acting = ConnectionPool(configuration: pool.configuration, maximumConnections: 1, role: role)
        let outcome: Result<Void, any Error>
        do {
            let queue = try JobQueue(pool: acting, schema: schema, timing: timing)
            let worker = try await queue.registerWorker(
                WorkerDescription(
                    host: "migrate --grant-worker",
                    pid: 0,
                    slots: 1,
                    version: "",
                    identity: WorkerDescription.newIdentity()
                )
            )
            do {
                try await queue.doWorkersCalls(worker)
            } catch {
                try? await forget(worker, operation)
                throw error
            }
            try await forget(worker, operation)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await acting.close()
        do {
            try outcome.get()
        } catch let error as PostgresError where error.kind == .server(sqlState: "42501") {
            throw JobQueueError.wrongRights(role: role, "it was refused while trying them: \(error.message)")
        }
        return .done
    }

    /// Every call of a worker once, each for a scene that does not exist.
    private func doWorkersCalls(_ worker: WorkerID) async throws {
        let nothing = SceneLease(sceneID: -1, lease: -1)
        _ = try await heartbeat(worker, holding: [nothing])
        _ = try await claim(worker, limit: 1, filter: ClaimFilter(formatVersions: ["no kind of run": 0]))
        _ = try await query(
            "taking over nothing",
            takeOverStatement,
            [.int(worker.rawValue), .int(0), .ints([0])]
        )
        _ = try await reportProgress(nothing, samplesDone: 0)
        _ = try await complete(
            nothing,
            result: SceneResult(
                fileName: "",
                byteCount: 0,
                sampleCount: 0,
                digest: "",
                metrics: [],
                inferenceSeconds: 0,
                elapsedSeconds: 0,
                computedSampleCount: 0
            )
        )
        _ = try await fail(nothing, message: "", retryable: true)
        _ = try await release(nothing, samplesDone: 0)
        _ = try await hasOpenScenes(run: nil)
        _ = try await listRuns()
        try await reap()
        try await reportDeath(identity: "no worker", cause: "")
        try await retire(worker)
    }

    /// Removes the row of a worker that only tried its rights.
    private func forget(_ worker: WorkerID, _ operation: String) async throws {
        _ = try await query(operation, "DELETE FROM \(s).workers WHERE id = $1", [.int(worker.rawValue)])
    }
}
