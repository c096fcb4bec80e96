internal import Dispatch
internal import Foundation

/// A PostgreSQL server of our own, made from the installed programs: reached over a Unix socket only, data in one folder.
///
/// It runs in a session of its own, so a terminal's Ctrl-C does not reach it, until `stop()` or, if it was started so, until its
/// owner is gone; the next `start` with the same folder finds and adopts it, or recovers from a crash of either. As root it runs
/// as the data directory's owner, a new one as user `postgres`.
public struct PrivatePostgresServer: Sendable, Hashable {
    /// A libpq connection string for this server; holds no secret, as only the folder's owner and root can enter it.
    ///
    /// It gives every keyword that libpq would look for in the environment.
    public let connectionString: String
    /// The folder with data, log and lock.
    public let directory: String
    /// Whether the server was running already.
    public let wasAdopted: Bool

    let layout: PrivateServerLayout
    let account: ServerAccount
    let binaries: PostgresBinaries
    let socketDirectory: String

    private static let operation = "starting a private PostgreSQL server"

    /// Starts the server of a folder, or adopts the one that runs there; makes the folder and the database if need be.
    ///
    /// This process forgets its `PG...` variables, so that they reach neither libpq nor the programs that it starts from now on.
    ///
    /// - Parameters:
    ///   - dataDirectory: the folder that is the server's alone.
    ///   - socketDirectory: where its socket stands, `dataDirectory/socket` where nil; if the path is too long for a socket,
    ///     a fresh private folder in `/tmp` is used.
    ///   - endsWithThisProcess: whether this process is the server's owner from now on: the server is stopped, some 20 s later at
    ///     most, when this process has ended in whatever way.
    /// - Throws: `PostgresError` of kind `privateServer` or `diskFull` that says what to install, free or change.
    public static func start(
        dataDirectory: String,
        socketDirectory: String? = nil,
        endsWithThisProcess: Bool = false
    ) async throws -> PrivatePostgresServer {
        PrivateAddress.forgetEnvironment()
        let layout = try PrivateServerLayout(dataDirectory: dataDirectory)
        try PrivateServerFiles.makeDirectory(layout.root, mode: 0o700)
        return try await DirectoryLock.hold(path: layout.lock, operation: operation) {
            if endsWithThisProcess { try ServerKeeper.own(layout) }
            do {
                return try await startLocked(layout, socketDirectory: socketDirectory)
            } catch {
                ServerKeeper.disown(layout)
                throw error
            }
        }
    }

    private static func startLocked(
        _ layout: PrivateServerLayout,
        socketDirectory: String?
    ) async throws -> PrivatePostgresServer {
        let exists = layout.clusterVersion() != nil
        let (account, binaries) = try await offloaded {
            let account = try ServerAccount.forServer(dataDirectory: exists ? layout.cluster : nil)
            return (account, try PostgresBinaries.find(majorVersion: layout.clusterVersion()))
        }
        try await offloaded { try PrivateServerFiles.prepareRoot(layout, for: account) }
        if let running = try await adopt(layout, account, binaries) { return running }

        if !exists {
            try await offloaded { try PrivateServerFiles.initializeCluster(layout, account, binaries) }
        }
        let socket = try PrivateServerFiles.makeSocketDirectory(
            socketDirectory ?? layout.root + "/socket",
            for: account
        )
        try await offloaded {
            let output = try account.run(
                binaries.pgCtl,
                ["start", "-D", layout.cluster, "-l", layout.log, "-w", "-t", "120", "-s", "-o", "-k '\(socket)'"]
            )
            guard output.status == 0 else {
                throw PrivateServerFiles.failure(operation, output.text + "\n" + layout.logTail(), layout)
            }
        }
        let server = PrivatePostgresServer(layout, account, binaries, socket: socket, port: 5432, wasAdopted: false)
        try await server.waitUntilReady()
        return server
    }

    private init(
        _ layout: PrivateServerLayout,
        _ account: ServerAccount,
        _ binaries: PostgresBinaries,
        socket: String,
        port: Int,
        wasAdopted: Bool
    ) {
        self.layout = layout
        self.account = account
        self.binaries = binaries
        self.wasAdopted = wasAdopted
        socketDirectory = socket
        directory = layout.root
        connectionString = PrivateAddress.connectionString(socketDirectory: socket, port: port)
    }

    /// Stops the server, if it runs: open transactions are rolled back, data is flushed.
    ///
    /// - Throws: `PostgresError` of kind `privateServer` if it does not stop within two minutes.
    public func stop() async throws {
        let operation = "stopping the private PostgreSQL server"
        try await DirectoryLock.hold(path: layout.lock, operation: operation) {
            try await offloaded { try stopLocked(operation) }
        }
        ServerKeeper.disown(layout)
        PrivateServerFiles.removeTemporarySocketDirectory(socketDirectory)
    }

    private func stopLocked(_ operation: String) throws {
        guard isRunning else { return }
        let output = try account.run(
            binaries.pgCtl,
            ["stop", "-D", layout.cluster, "-m", "fast", "-w", "-t", "120", "-s"]
        )
        guard output.status == 0 else { throw PrivateServerFiles.failure(operation, output.text, layout) }
    }

    /// Whether the server's process runs.
    public var isRunning: Bool {
        layout.postmaster().map { PostmasterFile.processes(of: layout.cluster).contains($0.pid) } ?? false
    }

    // MARK: - Adopting

    private static func adopt(
        _ layout: PrivateServerLayout,
        _ account: ServerAccount,
        _ binaries: PostgresBinaries
    ) async throws -> PrivatePostgresServer? {
        guard let file = layout.postmaster() else { return nil }
        guard PostmasterFile.processes(of: layout.cluster).contains(file.pid) else {
            try await waitForOrphans(layout)
            PrivateServerFiles.removeStaleLocks(layout, file)
            return nil
        }
        let started = URL(fileURLWithPath: file.dataDirectory).resolvingSymlinksInPath().path
        guard started == URL(fileURLWithPath: layout.cluster).resolvingSymlinksInPath().path else {
            // The folder was moved under it: nobody finds its socket where it says, and it cannot write its files, so that it has
            // to crash; what was committed stands in its log.
            kill(file.pid, SIGQUIT)
            try await waitForOrphans(layout)
            try? FileManager.default.removeItem(atPath: layout.root + "/socket")
            PrivateServerFiles.removeStaleLocks(layout, file)
            return nil
        }
        let server = PrivatePostgresServer(
            layout,
            account,
            binaries,
            socket: file.socketDirectory,
            port: file.port,
            wasAdopted: true
        )
        try await server.waitUntilReady()
        return server
    }

    /// Waits for processes of a killed server to go: starting beside them would damage the data.
    private static func waitForOrphans(_ layout: PrivateServerLayout) async throws {
        for _ in 0..<300 {
            if PostmasterFile.processes(of: layout.cluster).isEmpty { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw PostgresError(
            .privateServer,
            operation: operation,
            message: "processes of a killed server still work in \(layout.cluster):"
                + " \(PostmasterFile.processes(of: layout.cluster).map(String.init).joined(separator: " "))",
            hint: "end them with `kill` and try again"
        )
    }

    /// Connects until the server answers; it may still be recovering from a crash.
    private func waitUntilReady() async throws {
        let configuration = try PostgresConfiguration(connectionString: connectionString)
        var last: any Error = PostgresError(.cannotConnect, operation: Self.operation, message: "never tried")
        for _ in 0..<600 {
            do {
                let connection = try await PostgresConnection.connect(configuration, doing: Self.operation)
                await connection.close()
                return
            } catch let error as PostgresError where error.remedy == .refused {
                throw error
            } catch {
                last = error
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        // The log's end first: the last of the lines, which is always shown, is the connection's own.
        throw PrivateServerFiles.failure(Self.operation, layout.logTail() + "\n\(last)", layout)
    }
}

/// Runs blocking work on a thread that is not one of Swift's few.
private func offloaded<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
    }
}
