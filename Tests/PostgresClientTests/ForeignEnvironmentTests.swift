import Foundation
import PostgresClient
import TestSupport
import Testing

/// Exported `PG...` variables reach neither a private server nor those that talk to it.
///
/// They are set for a program of its own, never in this process: other tests read the environment meanwhile.
@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct ForeignEnvironmentTests {
    /// One of each kind: an address, a service, a setting that libpq judges, one that the server judges, one of initdb and pg_ctl.
    static let variables = [
        "PGHOST": "db.example", "PGHOSTADDR": "127.0.0.1", "PGPORT": "1", "PGDATABASE": "elsewhere", "PGUSER": "nobody",
        "PGSERVICE": "prod", "PGSERVICEFILE": "/nonexistent", "PGSYSCONFDIR": "/nonexistent",
        "PGCHANNELBINDING": "require",
        "PGTARGETSESSIONATTRS": "standby", "PGSSLMODE": "bogus", "PGREQUIREPEER": "nobody",
        "PGOPTIONS": "-c nonsense=1",
        "PGTZ": "Nowhere/Land", "PGDATESTYLE": "nonsense", "PGCLIENTENCODING": "nonsense", "PGGSSENCMODE": "require",
        "PGCONNECT_TIMEOUT": "x", "PGDATA": "/nonexistent", "PGPASSFILE": "/nonexistent", "PGSSLCERT": "/nonexistent",
        "PGSSLMINPROTOCOLVERSION": "bogus", "PGAPPNAME": "foreign", "LC_ALL": "nonsense", "LANG": "nonsense",
    ]

    /// Under each variable alone, an address that gives every keyword leads to the server; the variables that no keyword covers are
    /// those that a process with a private server forgets.
    @Test func theAddressAloneIsEnough() async throws {
        guard let psql = Self.psql else { return print("not tested: psql is not installed") }
        let server = try await DisposablePostgresServer.another()
        let forgotten = ["PGSERVICE", "PGTZ", "PGDATESTYLE"]
        for (name, value) in Self.variables {
            let address = server.connectionString + " client_encoding=UTF8 connect_timeout=5 application_name=occ"
            let result = try Self.run(psql, ["-XAtqc", "SELECT 1", address], environment: [name: value])
            #expect(forgotten.contains(name) || result.status == 0 && result.text == "1\n", "\(name): \(result.text)")
        }
        try await server.stop()
    }

    private static let psql: String? = {
        guard let folder = try? PrivatePostgresServer.findPrograms() else { return nil }
        return FileManager.default.isExecutableFile(atPath: folder + "/psql") ? folder + "/psql" : nil
    }()

    private static func run(
        _ program: String,
        _ arguments: [String],
        environment: [String: String]
    ) throws -> (status: Int32, text: String) {
        let result = try Command.run(
            program,
            arguments,
            environment: ["PATH": "/usr/bin:/bin"].merging(environment) { $1 },
            keepsErrors: true
        )
        return (result.status, result.text)
    }
}
