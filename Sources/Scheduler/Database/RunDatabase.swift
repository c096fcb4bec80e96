internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import PostgresClient
internal import SystemSupport

/// Opens a queue for a command that looks or steers, and closes what it opened.
enum RunDatabase {
    /// Calls a closure with the queue of the database that is meant (`DatabaseChoice`).
    ///
    /// A private server that another scheduler is using is shared and left running; otherwise it is started for this command and
    /// stopped after it.
    ///
    /// - Parameters:
    ///   - access: `reading` for a command that only looks, which a standby can answer.
    ///   - body: gets the queue, and whether somebody may be working on it: false for a private database that was started for
    ///     this command alone.
    static func use<Result>(
        _ options: DatabaseOptions,
        output: String?,
        access: PostgresConfiguration.Access = .writing,
        _ body: (JobQueue) async throws -> Result
    ) async throws -> Result {
        try await use(options, output: output, access: access) { queue, _ in try await body(queue) }
    }

    /// As `use`, for a command that wants to know whether there is anything to wait for.
    ///
    /// - Parameter isForPages: whether somebody waits for each answer (`DatabaseSession.open`).
    static func use<Result>(
        _ options: DatabaseOptions,
        output: String?,
        access: PostgresConfiguration.Access = .writing,
        isForPages: Bool = false,
        _ body: (_ queue: JobQueue, _ isRunActive: Bool) async throws -> Result
    ) async throws -> Result {
        let directory = output.map(Paths.absolute)
        let choice = try options.choice(
            output: directory,
            privateDatabase: directory.map(DatabaseSession.privateDataDirectory),
            use: .finds
        )
        var lock: OutputLock?
        if case .privateServer(let folder) = choice { lock = try OutputLock(outputDirectory: folder) }
        let isGiven = choice.connectionString != nil
        let isLocked = lock != nil
        let session = try await DatabaseSession.open(
            choice,
            schema: options.schema,
            ownsOutput: isLocked,
            access: access,
            isForPages: isForPages
        )
        do {
            try await session.checkSchema()
            let result = try await body(session.queue, isGiven || !isLocked)
            await session.close()
            return result
        } catch {
            await session.close()
            throw error
        }
    }
}
