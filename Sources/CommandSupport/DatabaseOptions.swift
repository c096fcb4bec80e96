public import ArgumentParser
internal import Foundation
internal import SystemSupport

/// Which database a command talks to.
public struct DatabaseOptions: ParsableArguments {
    /// A libpq connection string or URL; `OCC_DATABASE_URL` where not given.
    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            PostgreSQL to use: postgresql://user@host/db or key=value, or the word private for the one of --output (default: \
            $OCC_DATABASE_URL, or what the file $OCC_DATABASE_URL_FILE holds, else the private one; where both are there, this option has \
            to decide). Everybody on the host can read a command line: put a password into one of those or a password file (~/.pgpass), \
            not here.
            """,
            valueName: "url"
        )
    )
    public var database: String?

    /// The schema that holds the queue's tables.
    @Option(name: .long, help: ArgumentHelp("Schema that holds the queue's tables.", valueName: "name"))
    public var schema: String = "occ"

    /// Makes empty options, for ArgumentParser.
    public init() {}

    /// The database that these options mean together with an output folder and the environment.
    ///
    /// - Parameters:
    ///   - output: the output folder, absolute; nil where the command was given none.
    ///   - privateDatabase: path of that folder's private database, which need not be there.
    /// - Throws: `CommandFailure` where there is none, or where the user has to decide.
    public func choice(output: String? = nil, privateDatabase: String? = nil, use: DatabaseChoice.Use) throws
        -> DatabaseChoice
    {
        // An option decides whatever the environment holds, a file that cannot be read too.
        let address =
            try database == nil ? DatabaseEnvironment.address(in: ProcessInfo.processInfo.environment) : nil
        return try DatabaseChoice.resolve(
            option: database,
            environment: address?.text,
            environmentSource: address?.source ?? .environment,
            output: output,
            hasPrivateDatabase: try privateDatabase.map { try Folders.isPresent($0) } ?? false,
            flaw: try output.flatMap { try OutputFolder.flaw($0) },
            use: use
        )
    }

    /// Whether the address of a server is given by option or environment, be it right or wrong.
    public var isAddressGiven: Bool {
        database.map { $0 != DatabaseChoice.privateWord }
            ?? DatabaseEnvironment.isGiven(in: ProcessInfo.processInfo.environment)
    }
}
