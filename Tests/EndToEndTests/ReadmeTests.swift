import Foundation
import Testing

/// What the README tells people to type, typed.
@Suite("README, end to end", .serialized, .enabled(if: Tool.isBuilt, "the programs are not built beside the tests"))
struct ReadmeTests {
    @Test("The cluster section leads from an empty PostgreSQL to a score", .enabled(if: StockPostgres.isInstalled))
    func cluster() async throws {
        let fixture = try await Fixture.shared.value
        let section = try Readme.section("On a cluster")
        let sql = try #require(section.blocks(language: "sql").first)
        let server = try await StockPostgres.start(in: fixture.folder + "/stock")
        defer { server.stop() }
        let output = fixture.folder + "/readme-cluster"
        let places = [
            ("@db.local/", "@127.0.0.1:\(server.port)/"), ("/data/nuscenes", fixture.dataset),
            ("v1.0-trainval --split val", "v1.0-mini"), ("/models/bdc-t.occmodel", fixture.model),
            ("/results", output), ("--slots 16", "--slots 1"),
        ]
        var script = "set -e\nPATH='\(Tool.folder)':$PATH\n"
        for block in section.indentedBlocks {
            var commands = block
            for (written, here) in places { commands = commands.replacing(written, with: here) }
            script += commands + "\n"
        }
        for (written, _) in places {
            #expect(section.text.contains(written), "the section no longer says \(written)")
        }
        try await server.run(sql: sql)
        try script.write(toFile: fixture.folder + "/readme.sh", atomically: true, encoding: .utf8)
        let result = try await Tool.shell("sh '\(fixture.folder)/readme.sh'")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("mIoU"), "\(result.output)")
        #expect(try Fixture.predictions(inOutput: output) == Fixture.predictions(inOutput: fixture.reference))
    }
}

/// The README, in parts.
struct Readme {
    /// The text of one section, without its heading.
    let text: String

    /// Finds the section with a heading.
    static func section(_ heading: String) throws -> Readme {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../README.md")
        let whole = try String(contentsOf: path, encoding: .utf8)
        let start = try #require(whole.range(of: "\n## \(heading)\n"), "no section '\(heading)' in README.md")
        let rest = whole[start.upperBound...]
        return Readme(text: String(rest[..<(rest.range(of: "\n## ")?.lowerBound ?? rest.endIndex)]))
    }

    /// Fenced blocks of a language.
    func blocks(language: String) -> [String] {
        text.components(separatedBy: "```\(language)\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first
        }
    }

    /// Blocks indented by four blanks, with the blanks taken off.
    var indentedBlocks: [String] {
        text.components(separatedBy: "\n\n").filter { $0.hasPrefix("    ") }.map { block in
            block.split(separator: "\n").map { $0.hasPrefix("    ") ? String($0.dropFirst(4)) : String($0) }
                .joined(separator: "\n")
        }
    }
}

/// A PostgreSQL as Debian's `initdb` makes it, passwords and all, on a loopback port.
struct StockPostgres {
    let port: Int
    private let folder: String
    private let account: String

    private static let binaries =
        (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql"))?.sorted {
            Int($0) ?? 0 < Int($1) ?? 0
        }
        .last.map { "/usr/lib/postgresql/\($0)/bin" }

    /// Whether the server's programs are there.
    static var isInstalled: Bool { binaries != nil }

    /// Makes and starts one; `stop` ends it.
    static func start(in folder: String) async throws -> StockPostgres {
        let binaries = try #require(Self.binaries)
        let account = getuid() == 0 ? "runuser -u postgres --" : ""
        let port = 20000 + Int(getpid()) % 20000
        let script = """
            set -e; mkdir -p '\(folder)'; [ "$(id -u)" != 0 ] || chown postgres '\(folder)'; cd '\(folder)'
            \(account) \(binaries)/initdb -D data -U postgres -E UTF8 --auth-local=trust --auth-host=scram-sha-256
            \(account) \(binaries)/pg_ctl -D data -w -l log -o '-p \(port) -k "\(folder)" -c listen_addresses=127.0.0.1' start
            """
        let result = try await Tool.shell(script)
        guard result.status == 0 else { throw TimeoutError(text: "no PostgreSQL: \(result.output)\(result.errors)") }
        return StockPostgres(port: port, folder: folder, account: account)
    }

    /// Runs statements as the administrator.
    func run(sql: String) async throws {
        try sql.write(toFile: folder + "-admin.sql", atomically: true, encoding: .utf8)
        let result = try await Tool.shell(
            "\(Self.binaries ?? "")/psql -h '\(folder)' -p \(port) -U postgres -v ON_ERROR_STOP=1 -f '\(folder)-admin.sql'"
        )
        guard result.status == 0 else { throw TimeoutError(text: "psql: \(result.errors)") }
    }

    func stop() {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c", "cd '\(folder)' && \(account) \(Self.binaries ?? "")/pg_ctl -D data -m immediate stop >/dev/null",
        ]
        try? process.run()
        process.waitUntilExit()
    }
}
