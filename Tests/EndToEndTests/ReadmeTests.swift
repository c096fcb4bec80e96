import Foundation
import TestSupport
import Testing

@testable import PostgresClient

/// What the README tells people to type, typed.
@Suite("README, end to end", .enabled(if: Tool.isBuilt, "the programs are not built beside the tests"))
struct ReadmeTests {
    @Test("The cluster section leads from an empty PostgreSQL to a score")
    func cluster() async throws {
        let fixture = try await Fixture.shared.value
        let section = try Readme.section("On a cluster")
        let server = try await DisposablePostgresServer.another(
            rules: ["local all occ trust", "local all all scram-sha-256"]
        )
        do {
            try await follow(section, fixture, server)
        } catch {
            try? await server.stop()
            throw error
        }
        try await server.stop()
    }

    private func follow(_ section: Readme, _ fixture: Fixture, _ server: PrivatePostgresServer) async throws {
        let administrator = ConnectionPool(
            configuration: try PostgresConfiguration(connectionString: server.connectionString),
            maximumConnections: 1
        )
        for statement in try #require(section.statements(language: "sql").first) {
            try await administrator.query(statement, doing: "following the README")
        }
        await administrator.close()
        let output = fixture.folder + "/readme-cluster"
        let socket = server.socketDirectory.replacing("/", with: "%2F")
        let places = [
            ("@db.local/occ", "@/occ?host=\(socket)&port=5432"), ("/data/nuscenes", fixture.dataset),
            ("v1.0-trainval --split val", "v1.0-mini"), ("/models/bdc-t.occmodel", fixture.model),
            ("/results", output), ("--slots 16", "--slots 1"),
        ]
        try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
        var script = "set -e\nPATH='\(Tool.folder)':$PATH\n"
        for block in section.indentedBlocks {
            var commands = block
            for (written, here) in places { commands = commands.replacing(written, with: here) }
            // A shell takes & for the end of a command where people's addresses have none.
            script +=
                commands.replacing("OCC_DATABASE_URL=", with: "OCC_DATABASE_URL='")
                .replacing("&port=5432", with: "&port=5432'") + "\n"
        }
        for (written, _) in places {
            #expect(section.text.contains(written), "the section no longer says \(written)")
        }
        try script.write(toFile: fixture.folder + "/readme.sh", atomically: true, encoding: .utf8)
        let result = try await Tool.shell("sh '\(fixture.folder)/readme.sh'")
        #expect(result.status == 0, "\(result.output)\(result.errors)")
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
        let whole = try Project.text("README.md")
        let start = try #require(whole.range(of: "\n## \(heading)\n"), "no section '\(heading)' in README.md")
        let rest = whole[start.upperBound...]
        return Readme(text: String(rest[..<(rest.range(of: "\n## ")?.lowerBound ?? rest.endIndex)]))
    }

    /// The statements of each fenced block of a language, without remarks.
    func statements(language: String) -> [[String]] {
        text.components(separatedBy: "```\(language)\n").dropFirst().map { block in
            let lines = (block.components(separatedBy: "\n```").first ?? "").split(separator: "\n").map { line in
                line.firstRange(of: "--").map { String(line[..<$0.lowerBound]) } ?? String(line)
            }
            return lines.joined(separator: "\n").split(separator: ";").map {
                $0.trimmingCharacters(in: .whitespacesAndNewlines)
            }.filter { !$0.isEmpty }
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
