import Foundation
import TestSupport
import Testing

@testable import PostgresClient

/// What time heals and what it does not.
@Suite struct RemedyTests {
    @Test(arguments: [
        ("25006", PostgresError.Remedy.reconnect), ("57P01", .reconnect), ("57P02", .reconnect), ("57P03", .reconnect),
        ("57P05", .reconnect), ("25P03", .reconnect), ("08P01", .reconnect), ("08006", .reconnect),
        ("40001", .wait), ("40P01", .wait), ("53100", .wait), ("53200", .wait), ("53300", .wait), ("55P03", .wait),
        ("57014", .wait), ("58030", .wait), ("XX000", .wait),
        ("28P01", .refused), ("28000", .refused), ("3D000", .refused), ("42501", .refused), ("42883", .refused),
        ("42P01", .refused), ("22P05", .refused), ("22021", .refused), ("23514", .refused), ("XX001", .refused),
        ("99999", .refused),
    ])
    func ofAServersCode(state: String, remedy: PostgresError.Remedy) {
        let error = PostgresError(.server(sqlState: state), operation: "testing", message: "no")
        #expect(error.remedy == remedy)
        #expect(error.isTransient == (remedy != .refused))
    }

    @Test func ofErrorsWithoutACode() {
        func remedy(_ kind: PostgresError.Kind) -> PostgresError.Remedy {
            PostgresError(kind, operation: "testing", message: "no").remedy
        }
        #expect(remedy(.connectionLost) == .reconnect)
        #expect(remedy(.cannotConnect) == .reconnect)
        #expect(remedy(.poolTimeout) == .wait)
        #expect(remedy(.timedOut) == .wait)
        for kind: PostgresError.Kind in [
            .notAdmitted(sqlState: nil), .poolClosed, .decoding, .usage, .privateServer, .diskFull,
        ] { #expect(remedy(kind) == .refused) }
    }

    /// Texts of libpq 15 and PostgreSQL 15, the third of a server that speaks German.
    @Test(arguments: [
        (
            """
            connection to server at "127.0.0.1", port 5432 failed: FATAL:  28P01: password authentication failed for user "x"
            LOCATION:  auth_failed, auth.c:335

            """, "28P01",
            "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  password authentication failed for user \"x\""
        ),
        (
            """
            connection to server on socket "/run/.s.PGSQL.5432" failed: No such file or directory
            \tIs the server running locally and accepting connections on that socket?

            """, nil,
            "connection to server on socket \"/run/.s.PGSQL.5432\" failed: No such file or directory; Is the server running"
                + " locally and accepting connections on that socket?"
        ),
        (
            "connection to server at \"a\", port 1 failed: SCHWERWIEGEND:  3D000: Datenbank »occ« existiert nicht\nORT:  f, postinit.c:9\n",
            "3D000",
            "connection to server at \"a\", port 1 failed: SCHWERWIEGEND:  Datenbank »occ« existiert nicht"
        ),
        (
            """
            connection to server at "a", port 1 failed: FATAL:  57P03: the database system is starting up
            LOCATION:  ProcessStartupPacket, postmaster.c:2390
            connection to server at "b", port 1 failed: session is read-only

            """, nil,
            "connection to server at \"a\", port 1 failed: FATAL:  the database system is starting up;"
                + " connection to server at \"b\", port 1 failed: session is read-only"
        ),
        ("", nil, ""),
    ])
    func aFailedConnectionsTextIsTakenApart(text: String, state: String?, message: String) {
        let failure = ConnectFailure(verboseText: text)
        #expect(failure.sqlState == state)
        #expect(failure.message == message)
    }

    @Test func aLostPasswordIsARefusalWithoutACode() {
        let failure = ConnectFailure(
            verboseText: "connection to server at \"a\" failed: fe_sendauth: no password supplied"
        )
        let missing = PostgresError(failure, isPasswordMissing: true, operation: "testing", place: "host=a")
        #expect(missing.kind == .notAdmitted(sqlState: nil))
        #expect(missing.remedy == .refused)
        let silent = PostgresError(failure, isPasswordMissing: false, operation: "testing", place: "host=a")
        #expect(silent.kind == .cannotConnect)
    }

    /// libpq's words, of which time heals the last two only.
    @Test(arguments: [
        ("server does not support SSL, but SSL was required", true),
        ("SSL error: certificate verify failed", true),
        ("server certificate for \"db\" (and 1 other name) does not match host name \"db.lan\"", true),
        ("root certificate file \"/root/.postgresql/root.crt\" does not exist", true),
        ("channel binding is required, but server did not offer an authentication method that supports it", true),
        ("SSL error: unexpected eof while reading", false),
        ("Connection refused", false),
    ])
    func encryptionThatCannotBeHadIsARefusal(words: String, isRefused: Bool) {
        let failure = ConnectFailure(verboseText: "connection to server at \"a\", port 5432 failed: \(words)")
        let error = PostgresError(failure, isPasswordMissing: false, operation: "testing", place: "host=a")
        #expect((error.remedy == .refused) == isRefused)
        #expect((error.hint?.contains("sslmode") == true) == isRefused)
    }
}

/// Refusals of a real server, and a server that becomes read-only.
@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct AdmissionTests {
    /// A server that asks role `guarded` for a password and nobody else.
    private static func withServer(_ body: (PrivatePostgresServer, ConnectionPool) async throws -> Void) async throws {
        let server = try await DisposablePostgresServer.another(rules: ["local all guarded scram-sha-256"])
        let pool = ConnectionPool(configuration: try PostgresConfiguration(connectionString: server.connectionString))
        for statement in [
            "CREATE ROLE guarded LOGIN PASSWORD 'first'", "CREATE ROLE barred LOGIN", "CREATE DATABASE closed",
            "REVOKE CONNECT ON DATABASE closed FROM PUBLIC",
        ] { try await pool.query(statement, doing: "testing") }
        do {
            try await body(server, pool)
        } catch {
            await pool.close()
            try? await server.stop()
            throw error
        }
        await pool.close()
        try await server.stop()
    }

    private static func refusal(_ server: PrivatePostgresServer, _ more: String) async throws -> PostgresError {
        let configuration = try PostgresConfiguration(connectionString: server.connectionString + " " + more)
        return try #require(
            await #expect(throws: PostgresError.self, "\(more)") {
                _ = try await PostgresConnection.connect(configuration, doing: "testing")
            }
        )
    }

    @Test func refusalsCarryTheServersCode() async throws {
        try await Self.withServer { server, pool in
            let good = try PostgresConfiguration(
                connectionString: server.connectionString + " user=guarded password=first"
            )
            try await PostgresConnection.connect(good).close()
            var wrong = try await Self.refusal(server, "user=guarded password=second")
            #expect(wrong.kind == .notAdmitted(sqlState: "28P01"), "\(wrong)")
            #expect(wrong.remedy == .refused)
            #expect(!wrong.description.contains("second") && !wrong.description.contains("LOCATION"), "\(wrong)")
            #expect(wrong.description.contains("password"), "\(wrong)")
            wrong = try await Self.refusal(server, "user=guarded passfile=/nonexistent")
            #expect(wrong.remedy == .refused, "\(wrong)")
            wrong = try await Self.refusal(server, "user=nobody_of_that_name")
            #expect(wrong.kind == .notAdmitted(sqlState: "28000"), "\(wrong)")
            wrong = try await Self.refusal(server, "dbname=missing")
            #expect(wrong.kind == .notAdmitted(sqlState: "3D000"), "\(wrong)")
            wrong = try await Self.refusal(server, "user=barred dbname=closed")
            #expect(wrong.kind == .notAdmitted(sqlState: "42501"), "\(wrong)")
            wrong = try await Self.refusal(server, "port=5433")
            #expect(wrong.kind == .cannotConnect, "\(wrong)")
        }
    }

    /// A server that is made read-only under a live connection: that connection is not used again.
    @Test func aConnectionThatTakesNoWritesIsLeft() async throws {
        try await Self.withServer { server, pool in
            let single = ConnectionPool(configuration: pool.configuration, maximumConnections: 1)
            func backend() async throws -> Int {
                try await single.query("SELECT pg_backend_pid() AS pid", doing: "testing").single().get("pid")
            }
            try await single.query("CREATE TABLE t (i int)", doing: "testing")
            let before = try await backend()
            try await pool.query("ALTER SYSTEM SET default_transaction_read_only = on", doing: "testing")
            try await pool.query("SELECT pg_reload_conf()", doing: "testing")
            var refusal: PostgresError?
            for _ in 0..<300 where refusal == nil {
                do {
                    try await single.query("INSERT INTO t VALUES (1)", doing: "writing")
                    try await Task.sleep(for: .milliseconds(20))
                } catch let error as PostgresError { refusal = error }
            }
            #expect(refusal?.sqlState == "25006")
            #expect(refusal?.remedy == .reconnect)
            #expect(try await backend() != before)
            await single.close()
        }
    }

    /// Two hosts, the first of them read-only, as after a failover.
    @Test func theHostThatTakesWritesIsFound() async throws {
        try await Self.withServer { readOnly, pool in
            let primary = try PostgresConfiguration(
                connectionString: try await DisposablePostgresServer.connectionString()
            )
            guard let socket = primary.libpqParameters["host"], socket.hasPrefix("/") else {
                return print("not tested: the test server is not reached over a local socket")
            }
            let folder = try #require(pool.configuration.libpqParameters["host"])
            try await pool.query("ALTER SYSTEM SET default_transaction_read_only = on", doing: "testing")
            try await pool.query("SELECT pg_reload_conf()", doing: "testing")
            func connect(_ text: String, _ access: PostgresConfiguration.Access) async throws -> String {
                var configuration = try PostgresConfiguration(connectionString: text)
                configuration.access = access
                let connection = try await PostgresConnection.connect(configuration)
                let row = try await connection.query(
                    "SELECT current_setting('unix_socket_directories') AS folder",
                    doing: "testing"
                ).single()
                await connection.close()
                return try row.get("folder")
            }
            let user = primary.libpqParameters["user"] ?? "occ"
            let both = "host=\(folder),\(socket) port=5432 user=\(user) dbname=postgres"
            let one = "host=\(folder) port=5432 user=occ dbname=postgres"
            // The setting is read again a moment after it was asked for.
            for _ in 0..<300 {
                guard (try? await connect(one, .writing)) != nil else { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await connect(both, .writing) == socket)
            #expect(try await connect(both, .reading) == socket, "who only looks prefers the primary too")
            #expect(try await connect(one, .reading) == folder)
            #expect(
                try await connect(one + " target_session_attrs=any", .writing) == folder,
                "what the address says wins"
            )
            let error = await #expect(throws: PostgresError.self) { _ = try await connect(one, .writing) }
            #expect(error?.kind == .cannotConnect && error?.remedy == .reconnect)
            #expect(error?.description.contains("primary") == true, "\(String(describing: error))")
        }
    }
}
