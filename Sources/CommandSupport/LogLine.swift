internal import Foundation
internal import SystemSupport

/// What is said once, as a value; `docs/metrics.md` describes it as JSON.
public struct LogLine: Sendable {
    /// When, in seconds since 1970.
    public var seconds: Double
    /// `trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`.
    public var level: String
    /// The program.
    public var logger: String
    /// The text.
    public var message: String
    /// What the text is about.
    public var metadata: [String: String]

    /// Makes a line that is said now.
    public init(level: String, logger: String, message: String, metadata: [String: String] = [:]) {
        self.init(
            seconds: Date().timeIntervalSince1970,
            level: level,
            logger: logger,
            message: message,
            metadata: metadata
        )
    }

    init(seconds: Double, level: String, logger: String, message: String, metadata: [String: String]) {
        self.seconds = seconds
        self.level = level
        self.logger = logger
        self.message = message
        self.metadata = metadata
    }

    /// A line as the programs say it to people: "error: " and "warning: " before the text are its level.
    init(said text: String, seconds: Double, logger: String) {
        // ArgumentParser says "Error".
        let level = ["error", "warning"].first { text.prefix($0.count + 2).lowercased() == $0 + ": " }
        self.init(
            seconds: seconds,
            level: level ?? "info",
            logger: logger,
            message: level.map { String(text.dropFirst($0.count + 2)) } ?? text,
            metadata: [:]
        )
    }

    private static let ownKeys: Set = ["timestamp", "level", "logger", "message"]

    /// One JSON object and a line break; without addresses that hold a user.
    public var json: String {
        let own = [
            ("timestamp", UTCText.rfc3339(seconds: seconds)), ("level", level), ("logger", logger),
            ("message", Secrets.withoutAddresses(message)),
        ]
        let others = metadata.sorted { $0.key < $1.key }.map { key, value in
            (Self.ownKeys.contains(key) ? key + "_" : key, Secrets.withoutAddresses(value))
        }
        return "{" + (own + others).map { JSONString.quoted($0) + ":" + JSONString.quoted($1) }.joined(separator: ",")
            + "}\n"
    }

    /// Whether a line of a log, of either format, tells an error that a program left with.
    public static func isError(_ line: String) -> Bool {
        line.hasPrefix("error: ") || line.hasPrefix("{\"timestamp\":") && line.contains("\"level\":\"error\"")
    }
}
