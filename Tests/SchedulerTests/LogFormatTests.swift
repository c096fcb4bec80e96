import ArgumentParser
import Foundation
import Testing

@testable import CommandSupport
@testable import Scheduler

@Suite("Logs as JSON")
struct LogFormatTests {
    private func object(_ line: LogLine) throws -> [String: String] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.json.utf8)) as? [String: String])
    }

    @Test("One object a line: its own keys first, then the message's in order, whatever the texts hold")
    func golden() throws {
        let line = LogLine(
            seconds: 1_772_357_213.589,
            level: "info",
            logger: "occ-worker",
            message: "a \"b\" \\ c\nd\te\u{7}\u{7f} 日本",
            metadata: ["slot": "3", "level": "mine", "lease": "17"]
        )
        let expected =
            #"{"timestamp":"2026-03-01T09:26:53.589Z","level":"info","logger":"occ-worker","#
            + #""message":"a \"b\" \\ c\nd\te\u0007\u007f 日本","lease":"17","level_":"mine","slot":"3"}"#
        #expect(line.json == expected + "\n")
        #expect(try object(line)["message"] == line.message)
    }

    @Test("Every character stands in one line and comes back")
    func characters() throws {
        let text = String(String.UnicodeScalarView((0..<0x3000).compactMap(Unicode.Scalar.init)))
        let line = LogLine(seconds: 0, level: "info", logger: "l", message: text, metadata: [:])
        #expect(line.json.utf8.count(where: { $0 < 32 }) == 1 && line.json.hasSuffix("}\n"))
        #expect(try object(line)["message"] == text)
    }

    @Test("No address with a user in it is written, in texts or in what they are about")
    func secrets() {
        let line = LogLine(
            seconds: 0,
            level: "error",
            logger: "l",
            message: "cannot reach postgresql://u:s3cret@h/db",
            metadata: ["error": "host=h password=s3cret user=u"]
        )
        #expect(!line.json.contains("s3cret") && line.json.contains("postgresql://***"))
    }

    @Test("What is said to people gets its level from how it begins")
    func levels() throws {
        for (said, level, message) in [
            ("error: no room", "error", "no room"), ("Error: Unknown option\nUsage", "error", "Unknown option\nUsage"),
            ("warning: no score", "warning", "no score"),
            ("12/40 scenes | error: x", "info", "12/40 scenes | error: x"),
        ] {
            let line = try object(LogLine(said: said, seconds: 0, logger: "occ-scheduler"))
            #expect(line["level"] == level && line["message"] == message && line["logger"] == "occ-scheduler")
        }
    }

    @Test("Of a log, errors are found in both formats")
    func errors() {
        let json = LogLine(said: "error: no room", seconds: 0, logger: "occ-worker").json
        #expect(LogLine.isError(json) && LogLine.isError("error: no room"))
        #expect(
            !LogLine.isError(LogLine(said: "error no", seconds: 0, logger: "l").json) && !LogLine.isError("an error: x")
        )
    }

    @Test("The format is known before a command line is parsed, and every command takes it")
    func option() throws {
        #expect(LogFormat.asked(by: ["status", "--log-format", "json"]) == .json)
        #expect(LogFormat.asked(by: ["status", "--log-format=json", "--nonsense"]) == .json)
        #expect(LogFormat.asked(by: ["status", "--log-format", "json", "--log-format", "text"]) == .text)
        for arguments in [[], ["--log-format"], ["--", "--log-format", "json"], ["--log-format", "xml"]] {
            #expect(LogFormat.asked(by: arguments) == .text)
        }
        for command in SchedulerCommand.configuration.subcommands {
            #expect(command.helpMessage().contains("--log-format <text|json>"), "\(command._commandName)")
        }
    }
}
