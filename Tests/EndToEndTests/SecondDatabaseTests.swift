import Foundation
import PostgresClient
import Storage
import Testing

/// A finished folder meets another database, and a folder whose database is lost; as a user would meet it.
@Suite(
    "Databases and folders, end to end",
    .serialized,
    .enabled(if: Tool.isBuilt, "the programs are not built beside the tests")
)
struct SecondDatabaseTests {
    private struct Place {
        let output: String
        let arguments: [String]

        func content() throws -> [String: Data] {
            let path = try Fixture.run(inOutput: output).path
            var content: [String: Data] = [:]
            for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
                content[name] = try? Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
            }
            return content
        }
    }

    /// A copy of the undisturbed run with its own database, as anybody may move one.
    private func copy(_ name: String, _ fixture: Fixture) throws -> Place {
        let output = fixture.folder + "/" + name
        // With its owners: a private PostgreSQL of root runs as another user.
        let process = try Process.run(URL(fileURLWithPath: "/bin/cp"), arguments: ["-a", fixture.reference, output])
        process.waitUntilExit()
        return Place(output: output, arguments: fixture.runArguments(output: output))
    }

    private func scheduler(_ arguments: [String], database: String?) async throws -> Tool.Result {
        try await Tool.start("occ-scheduler", arguments, environment: database.map { ["OCC_DATABASE_URL": $0] } ?? [:])
            .result(timeoutSeconds: 300)
    }

    @Test("With two databases at hand a command asks; another database is refused, and the folder stays as it was")
    func second() async throws {
        let fixture = try await Fixture.shared.value
        let place = try copy("second", fixture)
        let server = try await PrivatePostgresServer.start(dataDirectory: fixture.folder + "/second-server")
        do {
            let url = server.connectionString
            #expect(try await scheduler(["migrate"], database: url).status == 0)
            let before = try place.content()
            for arguments in [
                place.arguments, ["status", "--output", place.output], ["resume", "--output", place.output],
            ] {
                let asked = try await scheduler(arguments, database: url)
                #expect(asked.status == 2 && asked.errors.contains("--database private"), "\(asked.errors)")
            }
            let own = try await scheduler(["status", "--output", place.output, "--database", "private"], database: url)
            #expect(own.status == 0 && own.errors.contains("database: the private one of '\(place.output)'"))
            // Named outright, and with the private database gone: it is the folder that refuses.
            try FileManager.default.moveItem(atPath: place.output + "/.postgres", toPath: place.output + "-postgres")
            let name = try Fixture.run(inOutput: place.output).run
            for arguments in [
                place.arguments + ["--run", name], place.arguments + ["--run", name, "--database", url],
                ["submit"] + place.arguments[1...].filter { $0 != "--workers" && $0 != "2" } + ["--run", name],
            ] {
                let refused = try await scheduler(arguments, database: url)
                #expect(refused.status == 2 && refused.errors.contains("occ-scheduler rebuild"), "\(refused.errors)")
                #expect(refused.errors.contains("Nothing was changed"))
            }
            let status = try await scheduler(["status", "--json"], database: url)
            #expect(status.status == 0 && !status.output.contains(name), "a refused run was queued")
            #expect(try place.content() == before)
            try await fixture.expect(0, ["verify", "--output", place.output])
        } catch {
            try? await server.stop()
            throw error
        }
        try await server.stop()
    }

    @Test(
        "A lost or broken private database is made anew from the files; nothing is computed again, the score is the same"
    )
    func lost() async throws {
        let fixture = try await Fixture.shared.value
        let place = try copy("lost", fixture)
        let score = try await fixture.expect(0, ["evaluate", "--output", place.output, "--json"]).output
        try FileManager.default.removeItem(atPath: place.output + "/.postgres")
        let before = try place.content().filter { $0.key.hasSuffix(".occ.lz4") }
        // Moved meanwhile, so that the run's name is not the one that this command would give.
        for arguments in [place.arguments, ["resume", "--output", place.output]] {
            let refused = try await scheduler(arguments, database: nil)
            #expect(refused.status == 2 && refused.errors.contains("occ-scheduler rebuild"), "\(refused.errors)")
            #expect(!FileManager.default.fileExists(atPath: place.output + "/.postgres"))
        }
        let rebuilt = try await fixture.expect(0, ["rebuild", "--output", place.output])
        #expect(rebuilt.output.contains("\(Fixture.sceneCount) done by their files"), "\(rebuilt.output)")
        let again = try await fixture.expect(0, ["rebuild", "--output", place.output])
        #expect(again.output.contains("nothing to rebuild"), "\(again.output)")
        let run = try await fixture.expect(0, place.arguments)
        #expect(run.errors.contains("nothing to do: every scene is done"), "\(run.errors)")
        // The control file gone, the server cannot start.
        for file in ["/.postgres/pgdata/global/pg_control", "/.postgres/global/pg_control"] {
            try? FileManager.default.removeItem(atPath: place.output + file)
        }
        let anew = try await fixture.expect(0, ["rebuild", "--output", place.output])
        #expect(anew.errors.contains(".postgres.broken-1"), "\(anew.errors)")
        #expect(try place.content().filter { $0.key.hasSuffix(".occ.lz4") } == before)
        try await fixture.expect(0, ["verify", "--output", place.output])
        #expect(try await fixture.expect(0, ["evaluate", "--output", place.output, "--json"]).output == score)
        let stored = try await fixture.expect(0, ["evaluate", "--output", place.output, "--json", "--stored"]).output
        #expect(stored == score)
    }

    @Test("A folder that a refused command left does not count as a run")
    func leftOver() async throws {
        let fixture = try await Fixture.shared.value
        let place = try copy("left-over", fixture)
        try FileManager.default.createDirectory(
            atPath: place.output + "/runs/refused/.partial",
            withIntermediateDirectories: true
        )
        try await fixture.expect(0, ["verify", "--output", place.output])
        try await fixture.expect(0, ["evaluate", "--output", place.output])
    }
}
