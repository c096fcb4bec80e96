internal import PostgresClient

extension JobQueue {
    /// The random identity that this queue got with its tables; another database, and one that was made anew, has another.
    ///
    /// - Throws: `PostgresError`.
    public func identity() async throws -> String {
        try await query("reading the queue's identity", "SELECT identity FROM \(s).schema_version").single()
            .get("identity")
    }

    /// Which of some leases of scenes this queue ever gave, by the scene's name; at most 1,000 are asked at a time.
    ///
    /// - Returns: as many as were given, in the same order.
    /// - Throws: `JobQueueError.unknownRun`, `PostgresError`.
    public func knows(run: String, leases: [(scene: String, lease: Int64)]) async throws -> [Bool] {
        let rows = try await query(
            "comparing leases of run \"\(run)\" with its files",
            """
            SELECT g.place FROM unnest($2::text[], $3::int8[]) WITH ORDINALITY AS g (name, lease, place)
            JOIN \(s).scene_inputs i ON i.run_id = $1 AND i.name = g.name
            JOIN \(s).attempts a ON a.scene_id = i.id AND a.lease = g.lease
            """,
            [.int(try await runID(run)), .texts(leases.map(\.scene)), .ints(leases.map(\.lease))]
        ).rows
        let known = Set(try rows.map { try $0.get("place", as: Int64.self) })
        return leases.indices.map { known.contains(Int64($0) + 1) }
    }
}
