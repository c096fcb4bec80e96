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
    static func use<Result>(
        _ options: DatabaseOptions,
        output: String?,
        _ body: (JobQueue) async throws -> Result
    ) async throws -> Result {
        let directory = output.map(Paths.absolute)
        if options.connectionString == nil, let directory {
            guard Folders.exists(DatabaseSession.privateDataDirectory(of: directory)) else {
                throw CommandFailure(
                    .configuration,
                    "there is no database in '\(directory)': give the output folder of an earlier run, or --database URL"
                )
            }
        }
        let lock = options.connectionString == nil ? try directory.flatMap { try OutputLock(outputDirectory: $0) } : nil
        let session = try await DatabaseSession.open(options, outputDirectory: directory, ownsOutput: lock != nil)
        do {
            try await session.queue.checkSchema()
            let result = try await body(session.queue)
            await session.close()
            return result
        } catch {
            await session.close()
            throw error
        }
    }
}
