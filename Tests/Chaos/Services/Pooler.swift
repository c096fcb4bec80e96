import Foundation
import TestSupport

/// PgBouncer in transaction mode before the cluster.
final class Pooler {
    static let program = Shell.first(of: ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"])

    let port: Int
    private let folder: String
    private let command: [String]
    private var process: Child?

    init(folder: String, cluster: Cluster) throws {
        guard let program = Self.program else { throw ChaosFailure("PgBouncer is not installed") }
        self.folder = folder
        port = try FreePort.find()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let settings = """
            [databases]
            * = host=\(cluster.folder) port=\(cluster.port)
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = \(port)
            unix_socket_dir =
            auth_type = trust
            auth_file = \(folder)/users
            pool_mode = transaction
            default_pool_size = 3
            max_client_conn = 100
            logfile = \(folder)/log
            """
        try settings.write(toFile: folder + "/ini", atomically: true, encoding: .utf8)
        try "\"\(Cluster.user)\" \"\"\n".write(toFile: folder + "/users", atomically: true, encoding: .utf8)
        command = try Account.prefix(owning: folder) + [program, folder + "/ini"]
        try start()
    }

    func start() throws {
        process = try Child(command, log: folder + "/output")
    }

    /// Ends it: SIGKILL at once, SIGINT after the transactions in hand.
    func stop(_ signal: Int32) async throws {
        process?.send(signal)
        for _ in 0..<50 where process?.isRunning == true { try await Task.sleep(nanoseconds: 100_000_000) }
        process?.end()
    }
}
