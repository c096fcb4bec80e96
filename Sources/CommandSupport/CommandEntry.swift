public import ArgumentParser
internal import Datasets
internal import Glibc
internal import JobQueue
internal import PostgresClient
internal import SystemSupport

/// Runs a command line and turns whatever happens into a message and an exit code.
public enum CommandEntry {
    /// Parses the arguments, runs the command and ends the process.
    public static func run<Root: AsyncParsableCommand>(_ root: Root.Type) async -> Never {
        do {
            var command = try root.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            exit(ExitStatus.done.rawValue)
        } catch {
            exit(report(error, root: root))
        }
    }

    private static func report<Root: AsyncParsableCommand>(_ error: any Error, root: Root.Type) -> Int32 {
        switch error {
        case let status as ExitStatus:
            return status.rawValue
        case let failure as CommandFailure:
            Terminal.say("error: \(failure.description)")
            return failure.status.rawValue
        default:
            break
        }
        let message = root.fullMessage(for: error)
        switch root.exitCode(for: error) {
        case .success:
            Terminal.output(message + "\n")
            return ExitStatus.done.rawValue
        case .validationFailure:
            Terminal.say(message)
            return ExitStatus.configuration.rawValue
        default:
            Terminal.say("error: \(error)")
            return status(of: error).rawValue
        }
    }

    /// The exit code of an error of the rooms below: what the user gave, or what surrounds the program.
    static func status(of error: any Error) -> ExitStatus {
        switch error {
        case is PostgresError, is FileError: .environment
        case let error as JobQueueError:
            switch error {
            case .notMigrated, .databaseIsNewer: .environment
            default: .configuration
            }
        default: .configuration
        }
    }
}
