internal import ArgumentParser

/// A command line before ArgumentParser reads it: what that would report as something else is put right or refused here.
///
/// A number below zero after an option (`--workers -1`) is joined to it, so that the option's own check speaks; a word in a command's
/// place that is no command is named as such, and so is an option in a command's place; an option with an empty value
/// (`--output "$UNSET"`) is refused, as it would mean the present folder.
struct CommandLineArguments {
    /// What the program is called.
    let program: String
    /// Names of its commands.
    let commands: [String]
    /// Whether options may stand where a command stands.
    let hasDefaultCommand: Bool

    /// The commands of a root command.
    init(_ root: (some ParsableCommand).Type) {
        let configuration = root.configuration
        program = configuration.commandName ?? "this program"
        commands = configuration.subcommands.flatMap { command in
            (command.configuration.commandName.map { [$0] } ?? []) + command.configuration.aliases
        }
        hasDefaultCommand = configuration.defaultSubcommand != nil
    }

    /// For tests.
    init(program: String, commands: [String], hasDefaultCommand: Bool) {
        self.program = program
        self.commands = commands
        self.hasDefaultCommand = hasDefaultCommand
    }

    /// The arguments as ArgumentParser is to see them.
    ///
    /// - Throws: `CommandFailure` (`configuration`).
    func prepared(_ arguments: [String]) throws -> [String] {
        try checkCommand(arguments)
        var result: [String] = []
        for (index, argument) in arguments.enumerated() {
            if argument == "--" { return result + arguments[index...] }
            let option = result.last ?? ""
            let followsOption = option.hasPrefix("--") && !option.contains("=")
            if followsOption && Self.isNegativeNumber(argument) {
                result[result.count - 1] = "\(option)=\(argument)"
                continue
            }
            if followsOption && argument.isEmpty { throw emptyValue(of: option) }
            if argument.hasPrefix("--"), argument.hasSuffix("="), argument.count(where: { $0 == "=" }) == 1 {
                throw emptyValue(of: String(argument.dropLast()))
            }
            result.append(argument)
        }
        return result
    }

    /// "-1", "-.5"; every option's own short name begins with a letter.
    private static func isNegativeNumber(_ argument: String) -> Bool {
        guard argument.hasPrefix("-") else { return false }
        let rest = argument.dropFirst(argument.hasPrefix("-.") ? 2 : 1)
        return rest.first.map { $0.isASCII && $0.isNumber } ?? false
    }

    private func emptyValue(of option: String) -> CommandFailure {
        CommandFailure(.configuration, "\(option) has an empty value; is a variable of the shell unset?")
    }

    private func checkCommand(_ arguments: [String]) throws {
        guard let first = arguments.first else { return }
        if first == "help" {
            if arguments.count > 1, !commands.contains(arguments[1]) { throw unknown(arguments[1]) }
            return
        }
        guard first.hasPrefix("-") else {
            guard commands.contains(first) else { throw unknown(first) }
            return
        }
        guard !hasDefaultCommand, !Self.rootOptions.contains(where: { first.hasPrefix($0) }), first != "-h" else {
            return
        }
        let likely = Self.closest(to: first, of: ["--help", "--version"])
        throw CommandFailure(
            .configuration,
            "'\(first)' stands where a command is expected; "
                + (likely.map { "did you mean '\($0)'? " } ?? "write `\(program) COMMAND \(first) ...`; ")
                + "`\(program) --help` lists the commands"
        )
    }

    /// What ArgumentParser itself knows before a command, completion scripts included.
    private static let rootOptions = [
        "--help", "--version", "--generate-completion-script", "--experimental-dump-help", "---completion",
    ]

    private func unknown(_ word: String) -> CommandFailure {
        let likely = Self.closest(to: word, of: commands)
        return CommandFailure(
            .configuration,
            "there is no command '\(word)'; " + (likely.map { "did you mean '\($0)'? " } ?? "")
                + "`\(program) --help` lists the commands"
        )
    }

    /// The name that was meant most likely: one that begins with the word, else the one that the fewest changed letters lead to;
    /// nil where none is near.
    static func closest(to word: String, of names: [String]) -> String? {
        if word.count > 2, let longer = names.filter({ $0.hasPrefix(word) }).min(by: { $0.count < $1.count }) {
            return longer
        }
        let distances = names.map { (name: $0, changes: changes(from: word, to: $0)) }
        guard let nearest = distances.min(by: { $0.changes < $1.changes }),
            nearest.changes <= max(1, nearest.name.count / 3)
        else { return nil }
        return nearest.name
    }

    /// Letters to insert, remove, replace or exchange with their neighbour.
    private static func changes(from word: String, to name: String) -> Int {
        let (a, b) = (Array(word), Array(name))
        // No name is longer; a word of a megabyte must not cost one times one.
        guard a.count <= 64, !a.isEmpty else { return Int.max }
        var rows = [Array(0...b.count)]
        for i in 1...a.count {
            var row = [i]
            for j in 1...b.count {
                var best = min(row[j - 1], rows[i - 1][j]) + 1
                best = min(best, rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { best = min(best, rows[i - 2][j - 2] + 1) }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
