/// What the queue refuses, in words that name the run, the scene or the row.
///
/// Trouble with the database itself is a `PostgresError`.
public enum JobQueueError: Error, Sendable, Hashable {
    /// A schema's name is not 1...48 of `a-z 0-9 _`, beginning with a letter or underscore.
    case invalidSchemaName(String)
    /// The database has no queue yet, or an older one than this program needs.
    case notMigrated(schema: String, found: Int, needed: Int)
    /// The database was migrated by a newer program.
    case databaseIsNewer(schema: String, found: Int, known: Int)
    /// The database's encoding cannot hold every text.
    case wrongEncoding(database: String, encoding: String)
    /// There is no such migration.
    case unknownMigration(Int)
    /// A submission breaks a rule; the text says which field, what was found, what is allowed.
    case invalidSubmission(String)
    /// The run exists with other settings, another kind or another format version.
    case differentRun(name: String, difference: String)
    /// The run does not exist.
    case unknownRun(String)
    /// The run does not have this scene.
    case unknownScene(run: String, scene: String)
    /// The worker's registration does not stand any more: stop its leases and register anew.
    case workerExpired(WorkerID)
    /// A role cannot be given a worker's rights; the text says why.
    case unusableRole(String, String)
    /// A role was granted a worker's rights and does not have them, or has more; the text says which.
    case wrongRights(role: String, String)
}

extension JobQueueError: CustomStringConvertible {
    /// What was found and what to do.
    public var description: String {
        switch self {
        case .invalidSchemaName(let name):
            "schema name \"\(name)\": must be 1 to 48 of a-z, 0-9 and _, beginning with a letter or _"
        case .notMigrated(let schema, let found, let needed):
            "the queue in schema \"\(schema)\" is at version \(found), this program needs \(needed):"
                + " run `occ-scheduler migrate` first"
        case .databaseIsNewer(let schema, let found, let known):
            "the queue in schema \"\(schema)\" is at version \(found), newer than the \(known) that this program knows:"
                + " use the program that migrated it, or a newer one"
        case .wrongEncoding(let database, let encoding):
            "database \"\(database)\" has the encoding \(encoding), which cannot hold every path and error text: make one with"
                + " CREATE DATABASE name ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0, and migrate that"
        case .unknownMigration(let version):
            "there is no schema version \(version): this program knows 0 to \(Migration.latestVersion)"
        case .invalidSubmission(let text): "submission refused: \(text)"
        case .differentRun(let name, let difference):
            "run \"\(name)\" exists already with \(difference): choose another run name, or submit the same settings to resume"
        case .unknownRun(let name): "there is no run named \"\(name)\": `occ-scheduler status` lists the runs"
        case .unknownScene(let run, let scene): "run \"\(run)\" has no scene named \"\(scene)\""
        case .workerExpired(let id):
            "worker \(id) is not registered any more (its heartbeats stopped, or it retired): stop its scenes and register anew"
        case .wrongRights(let role, let reason): "role \"\(role)\" was granted a worker's rights, but \(reason)"
        case .unusableRole(let role, let reason): "role \"\(role)\" cannot be a worker's: \(reason)"
        }
    }
}
