import Foundation
import TestSupport
import Testing

@testable import PostgresClient

/// `sslmode=verify-full` against a server whose certificate this test makes: loopback only.
@Suite(
    "TLS",
    .enabled(if: DisposablePostgresServer.isAvailable && TLSServer.hasOpenSSL, "needs PostgreSQL and openssl")
)
struct TLSTests {
    @Test("The right host under the right authority is spoken to; another host, another authority, no TLS are refused")
    func verifyFull() async throws {
        let server = try TLSServer()
        defer { server.stop() }
        func connect(_ text: String) async throws -> PostgresConnection {
            let string = "hostaddr=127.0.0.1 port=\(server.port) dbname=postgres user=occ \(text)"
            return try await PostgresConnection.connect(PostgresConfiguration(connectionString: string))
        }
        func refusal(_ text: String) async -> String {
            let error = await #expect(throws: PostgresError.self, "\(text)") { _ = try await connect(text) }
            switch error?.kind {
            case .cannotConnect, .notAdmitted: break
            default: Issue.record("another kind of error: \(String(describing: error))")
            }
            #expect(error?.description.contains(TLSServer.password) == false, "the password is in an error")
            return error?.description ?? ""
        }
        let password = "password=\(TLSServer.password)"
        let trusted = "\(password) sslmode=verify-full sslrootcert=\(server.folder)/authority.pem"

        let connection = try await connect("host=localhost \(trusted)")
        let isEncrypted: Bool = try await connection.query(
            "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
            doing: "testing"
        ).single().get("ssl")
        #expect(isEncrypted)
        await connection.close()

        #expect(await refusal("host=other.example \(trusted)").contains("does not match host name"))
        let stranger = "host=localhost \(password) sslmode=verify-full sslrootcert=\(server.folder)/stranger.pem"
        #expect(await refusal(stranger).contains("certificate verify failed"))
        #expect(await refusal("host=localhost \(password) sslmode=verify-full sslrootcert=/none").contains("/none"))
        // The server takes nothing in the clear, and the wrong password is told apart from the wrong certificate.
        #expect(await refusal("host=localhost \(password) sslmode=disable").contains("no encryption"))
        let wrong = trusted.replacing(TLSServer.password, with: "wrong-\(TLSServer.password)")
        #expect(await refusal("host=localhost \(wrong)").contains("password authentication failed"))
    }
}

/// A PostgreSQL that takes TLS connections with a password on one loopback port.
private final class TLSServer {
    static let password = "corre\u{e9}ct-horse-7"
    static let hasOpenSSL = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

    let folder: String
    let port: Int
    private let account: ServerAccount
    private let binaries: PostgresBinaries
    private var cluster: String { folder + "/pgdata" }

    init() throws {
        folder = "/tmp/occ-tls-test-\(UInt64.random(in: 0...UInt64.max))"
        port = try FreePort.find()
        account = try ServerAccount.forServer(dataDirectory: nil)
        binaries = try PostgresBinaries.find(majorVersion: nil)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Self.script(certificates, in: folder)
        try Self.password.write(toFile: folder + "/password", atomically: false, encoding: .utf8)
        for name in ["", "/password", "/server.key", "/server.pem"] {
            #expect(chown(folder + name, account.userID, account.groupID) == 0)
        }
        try DisposablePostgresServer.endWithThisProcess(folder)
        try run(
            binaries.initdb,
            ["-D", cluster, "-U", "occ", "--auth=scram-sha-256", "--pwfile=\(folder)/password", "--no-sync"]
        )
        try "hostssl all all 127.0.0.1/32 scram-sha-256\n"
            .write(toFile: cluster + "/pg_hba.conf", atomically: false, encoding: .utf8)
        let options =
            "-p \(port) -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c ssl=on"
            + " -c ssl_cert_file=\(folder)/server.pem -c ssl_key_file=\(folder)/server.key"
        do {
            try run(
                binaries.pgCtl,
                ["start", "-D", cluster, "-l", folder + "/log", "-w", "-s", "-t", "60", "-o", options]
            )
        } catch {
            let log = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
            throw PostgresError(.privateServer, operation: "testing", message: "\(error)\n\(log)")
        }
    }

    func stop() {
        _ = try? run(binaries.pgCtl, ["stop", "-D", cluster, "-m", "immediate", "-w", "-s"])
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Two authorities; the server's certificate is by the first, for `localhost` only.
    private var certificates: String {
        """
        set -e
        for name in authority stranger; do
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.key -out $name.pem \
                -days 2 -subj /CN=$name
        done
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr -subj /CN=server
        printf 'subjectAltName=DNS:localhost\n' > extensions
        openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 \
            -extfile extensions -out server.pem
        chmod 600 server.key
        """
    }

    private func run(_ program: String, _ arguments: [String]) throws {
        let output = try account.run(program, arguments)
        guard output.status == 0 else {
            throw PostgresError(.privateServer, operation: "running \(program)", message: output.text)
        }
    }

    private static func script(_ text: String, in folder: String) throws {
        guard try Command.run("/bin/sh", ["-c", text], in: folder).status == 0 else {
            throw PostgresError(.privateServer, operation: "making certificates", message: "openssl failed")
        }
    }
}
