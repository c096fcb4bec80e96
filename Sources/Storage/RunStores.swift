/// The stores of runs, by what a user gave as the output: a folder, or a run's archive.
public enum RunStores {
    /// Opens a run's store: makes one and the way to it.
    public typealias Opener = @Sendable (_ output: String, _ run: String) throws -> any RunStore

    /// The store of a run; makes nothing.
    ///
    /// A kind of store is a row here.
    ///
    /// - Throws: `StorageError` (`unsafeName`; `mismatch` for an archive of another run), `FileError`.
    public static func open(output: String, run: String) throws -> any RunStore {
        guard ArchivedRun.isArchive(output) else { return try RunDirectory(output: output, run: run) }
        let archived = try ArchivedRun(path: output)
        guard archived.run == run else {
            throw StorageError(.mismatch, source: output, "it is an archive of run '\(archived.run)', not of '\(run)'")
        }
        return archived
    }

    /// Whether an output has a place for runs at all.
    ///
    /// - Throws: `FileError` where that cannot be told.
    public static func isPresent(inOutput output: String) throws -> Bool {
        try ArchivedRun.isArchive(output) || RunDirectory.isPresent(inOutput: output)
    }

    /// The stores of every run of an output by name, also of those that hold nothing; none where the output is not there.
    ///
    /// - Throws: `FileError` where that cannot be told; `StorageError` for an archive that is damaged.
    public static func all(inOutput output: String) throws -> [any RunStore] {
        if ArchivedRun.isArchive(output) { return [try ArchivedRun(path: output)] }
        return try RunDirectory.all(inOutput: output)
    }
}
