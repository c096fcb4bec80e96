internal import PostgresClient

extension JobQueue {
    /// Which of some claimed scenes will be quarantined if their worker dies over them once more.
    ///
    /// A worker of several slots works on such a scene alone, so that its neighbours are not blamed with it.
    public func suspects(among scenes: [ClaimedScene]) async throws -> [SceneLease] {
        // Attempts count errors too; most scenes need no look.
        let candidates = scenes.filter { $0.attempt >= timing.maximumCrashes }
        guard !candidates.isEmpty else { return [] }
        let rows = try await query(
            "looking for scenes that crash their workers",
            "SELECT id FROM \(s).scenes WHERE id = ANY ($1) AND crashes >= $2",
            [.ints(candidates.map(\.sceneID)), .int(timing.maximumCrashes - 1)]
        ).rows
        let found = Set(try rows.map { try $0.get("id", as: Int64.self) })
        return candidates.filter { found.contains($0.sceneID) }.map(\.sceneLease)
    }
}
