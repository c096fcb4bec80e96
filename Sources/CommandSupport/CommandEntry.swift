public import ArgumentParser
internal import Datasets
internal import Glibc
internal import JobQueue
internal import PostgresClient
internal import Storage
internal import SystemSupport

/// Runs a command line and turns whatever happens into a message and an exit code.
public enum CommandEntry {
    /// Parses the arguments, runs the command and ends the process.
    public static func run<Root: AsyncParsableCommand>(_ root: Root.Type) async -> Never {
        let given = Array(CommandLine.arguments.dropFirst())
        if LogFormat.asked(by: given) == .json {
            Terminal.speakJSON(as: root.configuration.commandName ?? BuildInformation.software)
        }
        do {
            let arguments = try CommandLineArguments(root).prepared(given)
            var command = try root.parseAsRoot(arguments)
            Interruption.watch(command)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            leave(outputStatus(ExitStatus.done.rawValue))
        } catch {
            Interruption.holdIfLeaving()
            leave(outputStatus(report(error, root: root)))
        }
    }

    /// Ends the process; a reader of standard error who does not read holds it up no longer than this.
    private static func leave(_ status: Int32) -> Never {
        Terminal.flush()
        exit(status)
    }

    /// What a command ends with whose output may have been lost.
    private static func outputStatus(_ status: Int32) -> Int32 {
        guard let error = Terminal.outputError else { return status }
        Terminal.say("error: \(error)")
        return ExitStatus.environment.rawValue
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
        // A database's address in a wrong place of the command line would be repeated with its password.
        let message = Secrets.withoutAddresses(root.fullMessage(for: error))
        switch root.exitCode(for: error) {
        case .success:
            Terminal.output(message + "\n")
            return ExitStatus.done.rawValue
        case .validationFailure:
            Terminal.say(message)
            return ExitStatus.configuration.rawValue
        default:
            Terminal.say("error: \(error)")
            let status = status(of: error)
            if status == .someScenesFailed {
                Terminal.say(
                    "`occ-scheduler verify` lists every damaged file of a run, `occ-scheduler retry --damaged` queues their scenes again"
                )
            }
            return status.rawValue
        }
    }

    /// The exit code of an error of the rooms below: what the user gave, or what surrounds the program.
    static func status(of error: any Error) -> ExitStatus {
        switch error {
        case let error as PostgresError: error.kind == .usage ? .configuration : .environment
        // What is not there was named wrongly most of the time.
        case let error as FileError:
            [ENOENT, ENOTDIR, EISDIR, EEXIST].contains(error.code) ? .configuration : .environment
        case let error as StorageError: error.isDamage ? .someScenesFailed : .configuration
        case let error as DatasetError: error.isNotAllowed ? .environment : .configuration
        case let error as JobQueueError:
            switch error {
            case .notMigrated, .databaseIsNewer, .wrongEncoding: .environment
            default: .configuration
            }
        default: .configuration
        }
    }
}
