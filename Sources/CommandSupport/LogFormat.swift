public import ArgumentParser

/// How what is said on standard error is written.
public enum LogFormat: String, Sendable, CaseIterable, ExpressibleByArgument {
    /// Lines for people.
    case text
    /// One JSON object a line (`docs/metrics.md`).
    case json

    static let option = "--log-format"

    /// The format that a command line asks for, found before it is parsed: what is wrong with it is said in that format too.
    static func asked(by arguments: [String]) -> LogFormat {
        var format = LogFormat.text
        for (index, argument) in arguments.enumerated() {
            if argument == "--" { break }
            if argument == option, index + 1 < arguments.count {
                format = LogFormat(rawValue: arguments[index + 1]) ?? format
            } else if argument.hasPrefix(option + "=") {
                format = LogFormat(rawValue: String(argument.dropFirst(option.count + 1))) ?? format
            }
        }
        return format
    }
}

/// `--log-format`, as all commands take it.
public struct LogOptions: ParsableArguments {
    /// How what is said on standard error is written; `CommandEntry` has seen to it by the time that a command runs.
    @Option(
        help: ArgumentHelp(
            "How to write what is said on standard error: lines of text, or one JSON object a line.",
            valueName: "text|json"
        )
    )
    public var logFormat = LogFormat.text

    /// Makes the default, for ArgumentParser.
    public init() {}
}
