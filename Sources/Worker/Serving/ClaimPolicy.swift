internal import JobQueue

/// Tells which runs a worker can work on.
protocol ClaimPolicy: Sendable {
    /// What to claim now.
    ///
    /// - Throws: `PostgresError` when the runs cannot be looked at.
    func filter() async throws -> ClaimFilter

    /// What this worker could ever take of what is queued or leased now, paused runs included.
    ///
    /// - Throws: `PostgresError` when the runs cannot be looked at.
    func prospects() async throws -> ClaimFilter
}
