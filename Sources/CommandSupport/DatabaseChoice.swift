/// Which database a command works with, and why: the one rule of every command (`docs/queue.md`, "Which database").
public enum DatabaseChoice: Equatable, Sendable {
    /// A PostgreSQL whose address was given, and by what.
    case given(String, by: Source)
    /// The private PostgreSQL of an output folder.
    case privateServer(ofOutput: String)

    /// Who named a database.
    public enum Source: Equatable, Sendable {
        /// `--database URL`.
        case option
        /// `OCC_DATABASE_URL`.
        case environment
        /// The file that `OCC_DATABASE_URL_FILE` names.
        case environmentFile

        /// What people call it.
        var name: String {
            switch self {
            case .option: "--database"
            case .environment: DatabaseEnvironment.variable
            case .environmentFile: DatabaseEnvironment.fileVariable
            }
        }
    }

    /// What a command can do with an output folder's private database.
    public enum Use: Equatable, Sendable {
        /// Use it, and make it where there is none: `run`, `rebuild`.
        case makes
        /// Use it where there is one: commands that look and steer.
        case finds
        /// Nothing: `submit`, `migrate` and workers need a server that others reach.
        case never
    }

    /// What stands in `--database` for the private database of `--output`.
    public static let privateWord = "private"

    /// Decides.
    ///
    /// - Parameters:
    ///   - option: the value of `--database`.
    ///   - environment: the address that the environment gives.
    ///   - environmentSource: by which of its variables.
    ///   - output: the output folder, absolute; nil where the command was given none.
    ///   - hasPrivateDatabase: whether that folder has a private database.
    ///   - flaw: why that folder has no run (`OutputFolder.flaw`); nil where it has a place for some.
    /// - Throws: `CommandFailure` (configuration) where there is none, or where the user has to decide between two.
    public static func resolve(
        option: String?,
        environment: String?,
        environmentSource: Source = .environment,
        output: String?,
        hasPrivateDatabase: Bool,
        flaw: @autoclosure () throws -> String? = nil,
        use: Use
    ) throws -> DatabaseChoice {
        func refused(_ text: String) -> CommandFailure { CommandFailure(.configuration, text) }
        if option == privateWord {
            guard use != .never else {
                throw refused(
                    "--database private is for one machine; this command needs a database that others reach: --database URL"
                )
            }
            guard let output else { throw refused("--database private needs --output DIR, whose database is meant") }
            guard hasPrivateDatabase || use == .makes else { throw refused(try flaw() ?? noneThere(output)) }
            return .privateServer(ofOutput: output)
        }
        if let option { return .given(option, by: .option) }
        if let environment, !environment.isEmpty {
            guard use != .never, let output, hasPrivateDatabase else {
                return .given(environment, by: environmentSource)
            }
            throw refused(
                "\(environmentSource.name) is set, and '\(output)' has a private database: say which one is meant with --database private (that"
                    + " folder's) or --database URL, or unset \(environmentSource.name)"
            )
        }
        guard use != .never, let output else {
            let folder = use == .never ? " (`occ-scheduler run` brings its own)" : ", or --output DIR of a local run"
            throw refused(
                "no database is given: use --database URL, OCC_DATABASE_URL or OCC_DATABASE_URL_FILE\(folder)"
            )
        }
        guard hasPrivateDatabase || use == .makes else { throw refused(try flaw() ?? noneThere(output)) }
        return .privateServer(ofOutput: output)
    }

    private static func noneThere(_ output: String) -> String {
        "there is no database in '\(output)': give the output folder of an earlier local run, or --database URL; where that database"
            + " was lost, `occ-scheduler rebuild --output \(output)` makes it anew from the run's files"
    }

    /// The address, nil for a private server.
    public var connectionString: String? {
        if case .given(let string, _) = self { string } else { nil }
    }

    /// One line for people: what was chosen, and why.
    ///
    /// - Parameter place: host, port, database and user of a given database; no secret.
    public func explanation(place: String) -> String {
        switch self {
        case .given(_, let source): "database: \(place) (\(source.name))"
        case .privateServer(let output): "database: the private one of '\(output)' (--output)"
        }
    }
}
