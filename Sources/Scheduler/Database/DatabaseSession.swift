internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import PostgresClient
internal import SystemSupport

/// The queue that a command works on, and the private server under it where there is one.
final class DatabaseSession {
    let connectionString: String
    let schema: String
    let queue: JobQueue
    /// Host, port, database and user, for people.
    private let place: String
    private let pool: ConnectionPool
    private let privateServer: PrivatePostgresServer?

    private init(
        connectionString: String,
        schema: String,
        queue: JobQueue,
        place: String,
        pool: ConnectionPool,
        server: PrivatePostgresServer?
    ) {
        self.connectionString = connectionString
        self.schema = schema
        self.queue = queue
        self.place = place
        self.pool = pool
        self.privateServer = server
    }

    /// The folder of an output folder's private database.
    static func privateDataDirectory(of outputDirectory: String) -> String { outputDirectory + "/.postgres" }

    /// Connects to the database that was chosen, after saying which one and why.
    ///
    /// - Parameters:
    ///   - ownsOutput: whether the caller holds the output folder's lock, and so stops the private server at the end.
    ///   - access: whether a server that takes no writes, a standby, will do where there is no other.
    ///   - isForPages: whether somebody waits for each answer: statements and retries are short then, and with `reading` nothing can be
    ///     changed.
    static func open(
        _ choice: DatabaseChoice,
        schema: String,
        ownsOutput: Bool = false,
        suggestsRebuild: Bool = true,
        access: PostgresConfiguration.Access = .writing,
        isForPages: Bool = false
    ) async throws -> DatabaseSession {
        var server: PrivatePostgresServer?
        let connectionString: String
        switch choice {
        case .given(let given, _):
            connectionString = given
        case .privateServer(let output):
            Terminal.say(choice.explanation(place: ""))
            let isThere = try Folders.isPresent(privateDataDirectory(of: output))
            let started: PrivatePostgresServer
            do {
                started = try await PrivatePostgresServer.start(
                    dataDirectory: privateDataDirectory(of: output),
                    endsWithThisProcess: ownsOutput
                )
            } catch {
                if isThere, suggestsRebuild, (error as? PostgresError)?.kind != .diskFull {
                    Terminal.say(
                        "if this database is beyond repair, `occ-scheduler rebuild --output \(output)` makes a new one from the runs' files"
                    )
                }
                throw error
            }
            connectionString = started.connectionString
            // A command that only looks ends the server that it had to start.
            server = ownsOutput || !started.wasAdopted ? started : nil
        }
        do {
            var configuration = try PostgresConfiguration(connectionString: connectionString)
            configuration.access = access
            var timing = try QueueTiming.fromEnvironment()
            if isForPages {
                configuration.statementTimeoutSeconds = 5
                timing.patienceSeconds = 2
            }
            let pool = ConnectionPool(
                configuration: configuration,
                maximumConnections: 4,
                waitTimeoutSeconds: isForPages ? 10 : 30,
                isReadOnly: isForPages && access == .reading
            )
            var queue = try JobQueue(pool: pool, schema: schema, timing: timing)
            switch choice {
            case .given: Terminal.say(choice.explanation(place: queue.place))
            case .privateServer(let output): queue.place = "the private database of '\(output)'"
            }
            return DatabaseSession(
                connectionString: connectionString,
                schema: schema,
                queue: queue,
                place: configuration.description,
                pool: pool,
                server: server
            )
        } catch {
            try? await server?.stop()
            throw error
        }
    }

    /// Waits until the database answers, says so where that takes long, and checks that its tables are of this program's version.
    func checkSchema() async throws {
        let note = Task { [place] in
            try await Task.sleep(nanoseconds: 3_000_000_000)
            Terminal.say("waiting for the database (\(place))")
        }
        defer { note.cancel() }
        try await queue.checkSchema()
    }

    /// Starts the private server again if it has died and is ours; says whether it did.
    @discardableResult
    func reviveServer() async throws -> Bool {
        guard let privateServer, !privateServer.isRunning else { return false }
        Terminal.say("the private PostgreSQL has died; starting it again")
        let revived = try await PrivatePostgresServer.start(
            dataDirectory: privateServer.directory,
            endsWithThisProcess: true
        )
        guard revived.connectionString == connectionString else {
            throw CommandFailure(
                .environment,
                "the private PostgreSQL came back at another socket; run the same command again"
            )
        }
        return true
    }

    /// Closes the connections and stops the private server if it is ours.
    func close() async {
        await pool.close()
        do {
            try await privateServer?.stop()
        } catch {
            Terminal.say("warning: the private PostgreSQL did not stop: \(error)")
        }
    }
}
