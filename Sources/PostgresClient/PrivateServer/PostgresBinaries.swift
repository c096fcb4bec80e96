internal import Foundation

/// Where the programs of one installed PostgreSQL server stand.
package struct PostgresBinaries: Sendable, Hashable {
    /// The directory of `initdb`, `pg_ctl` and `postgres`.
    let directory: String
    /// The major version, for example 15.
    let majorVersion: Int

    var initdb: String { directory + "/initdb" }
    var pgCtl: String { directory + "/pg_ctl" }

    /// Finds a server: `OCC_POSTGRES_BIN`, then the one packed with this program, then Debian's and Red Hat's folders (newest first),
    /// then `PATH`.
    ///
    /// - Parameter majorVersion: the version an existing data directory needs, nil for the newest.
    /// - Throws: `PostgresError` of kind `privateServer` with the line that installs one.
    package static func find(
        majorVersion: Int?,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(PostgresError) -> PostgresBinaries {
        let all = candidates(environment: environment)
        if let match = all.first(where: { majorVersion == nil || $0.majorVersion == majorVersion }) { return match }
        let found = all.isEmpty ? "none was found" : "found \(all.map { "\($0.majorVersion) in \($0.directory)" })"
        let package = majorVersion.map { "postgresql-\($0)" } ?? "postgresql"
        throw PostgresError(
            .privateServer,
            operation: "looking for a PostgreSQL server",
            message: (majorVersion.map { "the data directory needs PostgreSQL \($0), " } ?? "") + found,
            hint: "install one with `apt-get install \(package)`, set OCC_POSTGRES_BIN to the directory that holds"
                + " initdb, or use a running server with --database URL"
        )
    }

    /// Every installed server, best first.
    ///
    /// - Parameter program: the path of this program, whose folder stands beside `lib` where a server was packed with it.
    static func candidates(
        environment: [String: String],
        program: String? = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    ) -> [PostgresBinaries] {
        let path = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let system = "/usr/lib/postgresql"
        let top = program.map { URL(fileURLWithPath: $0).deletingLastPathComponent().deletingLastPathComponent().path }
        let packed = top.map { $0 + "/lib/postgresql" }.flatMap { $0 == system ? nil : $0 }
        return [environment["OCC_POSTGRES_BIN"]].compactMap { $0.flatMap(PostgresBinaries.init(checking:)) }
            + versions(in: [packed].compactMap(\.self)) + versions(in: [system, "/usr"])
            + (["/usr/local/pgsql/bin"] + path).compactMap(PostgresBinaries.init(checking:))
    }

    /// The servers in folders of versions, newest first; in `/usr` those of Red Hat.
    private static func versions(in parents: [String]) -> [PostgresBinaries] {
        parents.flatMap { parent -> [PostgresBinaries] in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
            return names.filter { parent != "/usr" || $0.hasPrefix("pgsql-") }
                .compactMap { PostgresBinaries(checking: "\(parent)/\($0)/bin") }
        }.sorted { $0.majorVersion > $1.majorVersion }
    }

    /// Accepts a directory that holds the programs, and asks them for their version.
    private init?(checking directory: String) {
        for program in ["initdb", "pg_ctl", "postgres"] {
            guard FileManager.default.isExecutableFile(atPath: "\(directory)/\(program)") else { return nil }
        }
        guard let output = try? ServerAccount.current.run("\(directory)/pg_ctl", ["--version"]),
            output.status == 0,
            let version = output.text.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) })
        else { return nil }
        self.directory = directory
        majorVersion = version
    }
}
