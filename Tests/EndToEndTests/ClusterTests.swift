import Foundation
import PostgresClient
import Storage
import TestSupport
import Testing

/// A cluster in small: a database of its own, a scheduler, workers under a role that may do no more than their work.
@Suite("Cluster, end to end", .serialized, .enabled(if: Tool.isBuilt, "the programs are not built beside the tests"))
struct ClusterTests {
    /// Stands in the connection string; the server asks for none.
    private static let secret = "s3cret-of-the-cluster"

    @Test("A worker's role labels a run; no secret gets out; retry --damaged mends exactly what is broken")
    func run() async throws {
        let fixture = try await Fixture.shared.value
        let folder = fixture.folder + "/cluster"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let server = try await PrivatePostgresServer.start(dataDirectory: folder + "/server")
        do {
            try await play(fixture, output: folder + "/out", server: server)
        } catch {
            try? await server.stop()
            throw error
        }
        try await server.stop()
    }

    /// The SQL of `docs/security.md` that makes both roles and the database.
    private static func documentedStatements() throws -> [String] {
        let blocks = try Project.text("docs/security.md").components(separatedBy: "\n```")
        let block = try #require(blocks.first { $0.hasPrefix("sql\n") && $0.contains("CREATE ROLE") })
        let lines = block.split(separator: "\n").dropFirst().map { $0.components(separatedBy: "--")[0] }
        return lines.joined(separator: "\n").split(separator: ";").map {
            $0.trimmingCharacters(in: .whitespacesAndNewlines)
        }.filter { !$0.isEmpty }
    }

    private func play(_ fixture: Fixture, output: String, server: PrivatePostgresServer) async throws {
        // Later values win; the server asks for no password.
        let owner = server.connectionString + " user=occ_owner dbname=occ password=\(Self.secret)"
        let worker = server.connectionString + " user=occ_worker dbname=occ password=\(Self.secret)"
        /// Everything that any program said.
        var said = ""
        var linesSeen = 0
        func expect(_ status: Int32, _ arguments: [String], as string: String? = nil) async throws -> Tool.Result {
            let program = arguments[0] == "serve" ? "occ-worker" : "occ-scheduler"
            let running = try Tool.start(program, arguments, environment: ["OCC_DATABASE_URL": string ?? owner])
            while running.process.isRunning {
                for process in [running.processID] + Fixture.children(of: running.processID) {
                    let line = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/cmdline"))) ?? Data()
                    if !line.isEmpty { linesSeen += 1 }
                    #expect(!String(decoding: line, as: UTF8.self).contains(Self.secret), "seen in a process list")
                }
                try await Task.sleep(nanoseconds: 20_000_000)
            }
            let result = try await running.result(timeoutSeconds: 300)
            said += result.output + result.errors
            #expect(result.status == status, "\(arguments): \(result.errors)")
            return result
        }
        let configuration = try PostgresConfiguration(connectionString: server.connectionString)
        let pool = ConnectionPool(configuration: configuration, maximumConnections: 1)
        for statement in try Self.documentedStatements() {
            try await pool.query(statement, doing: "following the page")
        }
        await pool.close()
        _ = try await expect(0, ["migrate"])
        // Without the grant, the role sees nothing.
        let refused = try await expect(3, ["serve", "--slots", "1", "--exit-when-idle", "0"], as: worker)
        #expect(refused.errors.contains("permission denied"))
        let granted = try await expect(0, ["migrate", "--grant-worker", "occ_worker"])
        #expect(granted.output.contains("occ_worker"))
        let submission = ["--dataset", fixture.dataset, "--version", "v1.0-mini", "--model", fixture.model]
        let name = try await expect(0, ["submit", "--output", output] + submission).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
        _ = try await expect(3, ["cancel"], as: worker)
        let serve = ["serve", "--slots", "2", "--exit-when-idle", "1", "--log-level", "trace"]
        _ = try await expect(0, serve, as: worker)
        #expect(try await expect(0, ["status", "--json"]).output.contains("\"done\" : \(Fixture.sceneCount)"))
        let figures = try await expect(0, ["metrics"], as: worker).output
        #expect(figures.contains("occ_scenes{run=\"\(name)\",state=\"done\"} \(Fixture.sceneCount)\n"))
        _ = try await expect(0, ["verify", "--output", output])

        let runs = output + "/runs/" + name
        let files = try FileManager.default.contentsOfDirectory(atPath: runs).filter { $0.hasSuffix(".occ.lz4") }
            .sorted()
        #expect(files.count == Fixture.sceneCount)
        let good = try Data(contentsOf: URL(fileURLWithPath: "\(runs)/\(files[1])"))
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(runs)/\(files[0])")))
        bytes[bytes.count / 3] ^= 32
        try Data(bytes).write(to: URL(fileURLWithPath: "\(runs)/\(files[0])"))
        _ = try await expect(1, ["verify", "--output", output])
        // The folder elsewhere: nothing looks lost because it is not mounted.
        let unmounted = try await expect(3, ["retry", "--damaged", "--files", "/nowhere"])
        #expect(unmounted.errors.contains("/nowhere"))
        let retried = try await expect(0, ["retry", "--damaged"])
        #expect(retried.output.contains("2 files checked, queued 1 scenes again"))
        #expect(retried.errors.contains("damaged: ") && retried.errors.contains("/.damaged/\(files[0])"))
        let watched = serve + ["--log-format", "json", "--metrics", "0", "--metrics-file", output + "/worker.prom"]
        let lines = try await expect(0, watched, as: worker).errors.split(separator: "\n")
        #expect(lines.contains { $0.contains("metrics: http://127.0.0.1:") })
        for line in lines { #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: String]) }
        #expect(!FileManager.default.fileExists(atPath: output + "/worker.prom"), "left by a worker that left in order")
        _ = try await expect(0, ["verify", "--output", output])
        #expect(try await expect(0, ["retry", "--damaged"]).output.contains("2 files checked, queued 0 scenes again"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(runs)/\(files[1])")) == good)
        #expect(try Fixture.predictions(inOutput: output) == Fixture.predictions(inOutput: fixture.reference))

        // Submitted again on a host where the output is not mounted, the run gets no folder there.
        try FileManager.default.moveItem(atPath: runs, toPath: runs + "-elsewhere")
        let away = try await expect(3, ["submit", "--output", output] + submission)
        #expect(away.errors.contains("mount the output folder") && !FileManager.default.fileExists(atPath: runs))
        try FileManager.default.moveItem(atPath: runs + "-elsewhere", toPath: runs)

        _ = try await expect(0, ["status"])
        _ = try await expect(0, ["failures"])
        _ = try await expect(2, ["status"], as: "postgresql://u:\(Self.secret)@@h/db")
        let bad = try await expect(2, ["status", "--log-format=json", "postgresql://u:another@h/db"]).errors
        #expect(bad.hasPrefix("{\"timestamp\":\"") && bad.contains("\"logger\":\"occ-scheduler\""))
        #expect(bad.contains("\"level\":\"error\"") && !bad.contains("another"))
        #expect(linesSeen > 10 && said.count > 1000)
        #expect(!said.contains(Self.secret), "printed")
        for path in try FileManager.default.subpathsOfDirectory(atPath: output) where !path.hasSuffix(".occ.lz4") {
            guard let content = try? Data(contentsOf: URL(fileURLWithPath: "\(output)/\(path)")) else { continue }
            #expect(content.range(of: Data(Self.secret.utf8)) == nil, "written to \(path)")
        }
    }
}
