internal import PostgresClient

extension JobQueue {
    /// A page of a run's scenes that have no accepted result, in the order of scene ids.
    ///
    /// - Parameters:
    ///   - afterSceneID: the last scene id of the page before; 0 for the first page.
    ///   - limit: at most so many; a page with fewer is the last.
    /// - Throws: `JobQueueError.unknownRun`.
    public func unfinishedScenes(run: String, afterSceneID: Int64 = 0, limit: Int = 1000) async throws -> [SceneSummary]
    {
        let result = try await query(
            "listing the unfinished scenes of run \"\(run)\"",
            """
            SELECT s.id, i.name, s.state FROM \(s).scenes s JOIN \(s).scene_inputs i ON i.id = s.id
            WHERE s.run_id = $1 AND s.id > $2 AND s.state <> 'done'
            ORDER BY s.id LIMIT $3
            """,
            [.int(try await runID(run)), .int(afterSceneID), .int(limit)]
        )
        return try result.rows.map { row in
            SceneSummary(
                sceneID: try row.get("id"),
                sceneName: try row.get("name"),
                state: try Self.sceneState(row)
            )
        }
    }
}
