import Foundation
import PostgresClient
import TestSupport

/// A hot standby of the cluster: it answers questions and takes no writes.
final class Standby {
    let port: Int
    private let folder: String
    private var server: Child?

    /// Copies the cluster and starts the copy as its standby.
    init(of cluster: Cluster, folder: String) async throws {
        self.folder = folder
        port = try FreePort.find()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let account = try Account.prefix(owning: folder)
        let data = folder + "/data"
        try Shell.run(
            account + [
                "\(cluster.binaries)/pg_basebackup", "-h", cluster.folder, "-p", "\(cluster.port)", "-U", "postgres",
                "-D",
                data, "-R", "-X", "stream", "-c", "fast",
            ]
        )
        server = try Child(
            account + [
                "\(cluster.binaries)/postgres", "-D", data, "-p", "\(port)", "-k", folder, "-c",
                "listen_addresses=127.0.0.1",
            ],
            log: folder + "/server.log"
        )
        try await waitUntilItAnswers()
    }

    private func waitUntilItAnswers() async throws {
        var configuration = try PostgresConfiguration(
            connectionString: "host=\(folder) port=\(port) user=postgres dbname=\(Cluster.database) connect_timeout=3"
        )
        configuration.access = .reading
        for _ in 0..<300 {
            guard server?.isRunning == true else { break }
            if let connection = try? await PostgresConnection.connect(configuration) { return await connection.close() }
            try await Task.sleep(nanoseconds: 100_000_000)
        }
        throw ChaosFailure("the standby does not answer; see \(folder)/server.log")
    }

    /// Stops it and removes its data.
    func end() {
        // Immediate: nothing of it is kept.
        server?.send(SIGQUIT)
        for _ in 0..<100 where server?.isRunning == true { usleep(50_000) }
        server?.end()
        try? FileManager.default.removeItem(atPath: folder)
    }
}
