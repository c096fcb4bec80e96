internal import JobQueue
internal import PostgresClient
internal import Storage

/// Takes a whole run away, from a queue and from a folder, in steps of which each may be the last one.
///
/// 1. The folder gets a hidden name: from then on it is no run. 2. The queue forgets the run, if nothing of it is queued, leased or
/// was moments ago; else the folder gets its name back, as it does where the database refuses. 3. The files go. A later call goes on wherever one stopped.
struct RunRemoval {
    let queue: JobQueue
    /// See `JobQueue.remove`.
    var quietSeconds = JobQueue.quietSeconds
    /// Called between the steps; what it throws ends the work there, as a kill would.
    var between: (_ step: Step) throws -> Void = { _ in }

    /// What was done.
    enum Step: Equatable { case hidden, forgotten }

    /// What became of a run.
    enum Outcome: Equatable {
        case removed
        /// It is there as before; the text says why.
        case kept(String)
    }

    /// Removes a run that this queue knows.
    ///
    /// - Throws: `PostgresError`, `FileError`, `StorageError`; the same call, or `finish`, goes on.
    func remove(_ run: RunDirectory, identity: String) async throws -> Outcome {
        if let stranger = try run.strangers().first {
            return .kept("'\(stranger)' is no file of a run; move it away first")
        }
        let retired = try RetiredRun.retire(run)
        try between(.hidden)
        return try await forget(retired, identity)
    }

    /// Goes on with a run whose removal was cut off.
    ///
    /// - Throws: as `remove`.
    func finish(_ retired: RetiredRun) async throws -> Outcome {
        // The identity goes last: without one, only an empty folder can be left.
        guard let identity = try retired.folder.readIdentity() else {
            try retired.remove()
            return .removed
        }
        guard identity.queue == (try await queue.identity()) else {
            return .kept("it belongs to another queue (\(identity.queuePlace))")
        }
        return try await forget(retired, identity.run)
    }

    private func forget(_ retired: RetiredRun, _ identity: String) async throws -> Outcome {
        let isForgotten: Bool
        do {
            let status = try await queue.runStatus(retired.folder.run)
            if let status, status.identity == identity {
                isForgotten = try await queue.remove(run: status.name, identity: identity, quietSeconds: quietSeconds)
            } else {
                isForgotten = true
            }
        } catch {
            // What was refused was not done; where no answer came, nobody knows.
            if ((error as? PostgresError)?.remedy ?? .refused) == .refused { try retired.restore() }
            throw error
        }
        guard isForgotten else {
            try retired.restore()
            return .kept(
                "a worker had a scene of it less than \(Int(quietSeconds)) s ago, or some are queued again; the same command later removes it"
            )
        }
        try between(.forgotten)
        try retired.remove()
        return .removed
    }
}
