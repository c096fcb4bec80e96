public import ArgumentParser
internal import Foundation

/// Which database a command talks to.
public struct DatabaseOptions: ParsableArguments {
    /// A libpq connection string or URL; `OCC_DATABASE_URL` where not given.
    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            PostgreSQL to use: postgresql://user@host/db or key=value (default: $OCC_DATABASE_URL). Everybody on the host can read \
            a command line: put a password into OCC_DATABASE_URL or a password file (~/.pgpass), not here.
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

    /// The connection string for a command that can be pointed at an output folder's private database instead.
    ///
    /// An option outdoes the environment: `--output DIR` means that folder's database even where `OCC_DATABASE_URL` is set.
    ///
    /// - Throws: `CommandFailure` when both are options.
    public func connectionString(unlessOutput output: String?) throws -> String? {
        guard output != nil else { return connectionString }
        if database != nil {
            throw CommandFailure(.configuration, "give --database URL or --output DIR, not both: each names a database")
        }
        return nil
    }

    /// The connection string given by option or environment, nil where neither is.
    public var connectionString: String? {
        if let database { return database }
        // A file or a secret that it was read from often ends with a line break.
        let value = ProcessInfo.processInfo.environment["OCC_DATABASE_URL"]?
            .trimmingCharacters(in: .whitespacesAndNewlines)
        return value?.isEmpty == false ? value : nil
    }
}
