import Foundation
import PostgresClient
import TestSupport
import Testing

/// Databases' addresses as the programs are given them: by hand, from files, from an environment that means another server.
@Suite("Addresses of databases", .enabled(if: Tool.isBuilt, "the programs are not built beside the tests"))
struct AddressTests {
    @Test(
        "An address that does not parse leaves with 2; no piece of it is printed, wherever it stands on the command line",
        arguments: [
            "postgresql://sp:Top/d:x9@127.0.0.1:1/occ", "postgresql://sp:p@ss#w%r/d:x9@127.0.0.1:1/occ",
            "postgresql://sp:12/Top:x9@h/occ", "host=h port=x password=Top:x9",
        ]
    )
    func nothingIsPrinted(address: String) async throws {
        for arguments in [
            ["migrate", "--database", address], ["doctor", "--database", address], ["status", address],
        ] {
            let result = try await Tool.run("occ-scheduler", arguments)
            let said = result.output + result.errors
            for piece in ["Top", "x9", "ss#w", "p@ss", "d:x"] {
                #expect(!said.contains(piece) || !address.contains(piece), "\(arguments[0]): \(said)")
            }
            #expect(result.status == (arguments[0] == "doctor" ? 3 : 2), "\(arguments[0]): \(said)")
        }
        let worker = try Tool.start("occ-worker", [], environment: ["OCC_DATABASE_URL": address])
        let result = try await worker.result(timeoutSeconds: 60)
        #expect(result.status == 2 && !result.errors.contains("Top") && !result.errors.contains("x9"))
    }

    @Test("Line breaks and blanks around an address are left out", .enabled(if: DisposablePostgresServer.isAvailable))
    func trimmed() async throws {
        let address = try await DisposablePostgresServer.connectionString()
        let schema = "trimmed_\(UInt32.random(in: 0 ... .max))"
        for text in ["\(address)\n", " \(address)\r\n "] {
            let running = try Tool.start(
                "occ-scheduler",
                ["migrate", "--schema", schema],
                environment: ["OCC_DATABASE_URL": text]
            )
            let result = try await running.result(timeoutSeconds: 60)
            #expect(result.status == 0, "\(result.errors)")
        }
        let empty = try Tool.start("occ-scheduler", ["migrate"], environment: ["OCC_DATABASE_URL": " \n"])
        let result = try await empty.result(timeoutSeconds: 60)
        #expect(result.status == 2 && result.errors.contains("no database is given"), "\(result.errors)")
        _ = try await Tool.run(
            "occ-scheduler",
            ["migrate", "--database", address, "--schema", schema, "--to", "0", "--drop-runs"]
        )
    }

    @Test("PG* variables do not lead away from a private server", .enabled(if: DisposablePostgresServer.isAvailable))
    func privateServer() async throws {
        let output = "/tmp/occ-private-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: output) }
        // The server of root runs as the user postgres, who must be able to pass.
        try FileManager.default.createDirectory(
            atPath: output,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        let server = try await PrivatePostgresServer.start(dataDirectory: output + "/.postgres")
        let made = try await Tool.run("occ-scheduler", ["migrate", "--database", server.connectionString])
        #expect(made.status == 0, "\(made.errors)")
        try await server.stop()
        let variables = [
            "PGHOST": "127.0.0.1", "PGHOSTADDR": "127.0.0.1", "PGPORT": "1", "PGUSER": "nobody", "PGDATABASE": "no",
            "PGCHANNELBINDING": "require", "PGTARGETSESSIONATTRS": "standby", "PGSSLMODE": "bogus", "PGDATA": "/no",
            "PGTZ": "Nowhere/Land", "PGOPTIONS": "-c nonsense=1", "PGCONNECT_TIMEOUT": "x", "LC_ALL": "no_NO",
        ]
        for environment in [variables, ["PGSERVICE": "prod"], ["PGSERVICE": "prod", "PGSERVICEFILE": "/nonexistent"]] {
            let running = try Tool.start("occ-scheduler", ["status", "--output", output], environment: environment)
            let result = try await running.result(timeoutSeconds: 120)
            #expect(result.status == 0, "\(environment): \(result.errors)")
        }
    }
}
