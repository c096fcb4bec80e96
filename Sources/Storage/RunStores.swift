/// The stores of runs, by what a user gave as the output.
public enum RunStores {
    /// Opens a run's store: makes one and the way to it.
    public typealias Opener = @Sendable (_ output: String, _ run: String) throws -> any RunStore

    /// The store of a run; makes nothing.
    ///
    /// A kind of store is a row here.
    ///
    /// - Throws: `StorageError` (`unsafeName`).
    public static func open(output: String, run: String) throws -> any RunStore {
        try RunDirectory(output: output, run: run)
    }

    /// Whether an output has a place for runs at all.
    ///
    /// - Throws: `FileError` where that cannot be told.
    public static func isPresent(inOutput output: String) throws -> Bool {
        try RunDirectory.isPresent(inOutput: output)
    }

    /// The stores of every run of an output by name, also of those that hold nothing; none where the output is not there.
    ///
    /// - Throws: `FileError` where that cannot be told.
    public static func all(inOutput output: String) throws -> [any RunStore] {
        try RunDirectory.all(inOutput: output)
    }
}
