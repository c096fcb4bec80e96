internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import SystemSupport

/// Opens a queue for a command that looks or steers, and closes what it opened.
enum RunDatabase {
    /// Calls a closure with the queue of the database option or of an output folder's private database.
    ///
    /// A private server that another scheduler is using is shared and left running; otherwise it is started for this command and
    /// stopped after it.
    ///
    /// - Parameter body: gets the queue, and whether somebody may be working on it: false for a private database that was
    ///   started for this command alone.
    static func use<Result>(
        _ options: DatabaseOptions,
        output: String?,
        _ body: (JobQueue) async throws -> Result
    ) async throws -> Result {
        try await use(options, output: output) { queue, _ in try await body(queue) }
    }

    /// As `use`, for a command that wants to know whether there is anything to wait for.
    static func use<Result>(
        _ options: DatabaseOptions,
        output: String?,
        _ body: (_ queue: JobQueue, _ isRunActive: Bool) async throws -> Result
    ) async throws -> Result {
        let directory = output.map(Paths.absolute)
        let connectionString = try options.connectionString(unlessOutput: output)
        if connectionString == nil, let directory {
            guard try Folders.isPresent(DatabaseSession.privateDataDirectory(of: directory)) else {
                throw CommandFailure(
                    .configuration,
                    "there is no database in '\(directory)': give the output folder of an earlier run, or --database URL"
                )
            }
        }
        let lock = connectionString == nil ? try directory.flatMap { try OutputLock(outputDirectory: $0) } : nil
        let session = try await DatabaseSession.open(
            connectionString,
            schema: options.schema,
            outputDirectory: directory,
            ownsOutput: lock != nil
        )
        do {
            try await session.checkSchema()
            let result = try await body(session.queue, connectionString != nil || lock == nil)
            await session.close()
            return result
        } catch {
            await session.close()
            throw error
        }
    }
}
