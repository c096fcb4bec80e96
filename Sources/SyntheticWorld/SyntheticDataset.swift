/// Writes whole datasets of a rendered street world: pictures, nuScenes tables and Occ3D labels that agree exactly.
public enum SyntheticDataset {
    /// Writes a dataset of the nuScenes v1.0 schema with Occ3D labels into a directory.
    ///
    /// Pictures, labels and lidar files come first and the table folder appears by one rename at the very end, so that
    /// an interrupted generation has no tables. A directory that an earlier call (finished or not) wrote is emptied of
    /// that call's folders and written anew; any other non-empty directory is refused.
    ///
    /// - Parameters:
    ///   - directory: path of the dataset's root; made if absent (its parent must exist).
    ///   - options: what to write; see ``SyntheticOptions``.
    ///   - progress: called after each sample, one call at a time, with counts that only grow.
    /// - Returns: what was written.
    /// - Throws: ``SyntheticWorldError``.
    @discardableResult
    public static func write(
        to directory: String,
        options: SyntheticOptions,
        progress: @Sendable (SyntheticProgress) -> Void = { _ in }
    ) async throws -> SyntheticSummary {
        try options.validate()
        return try await DatasetWriter(root: directory, options: options).write(progress: progress)
    }

    /// Whether a directory holds a dataset that an earlier call wrote to the end.
    public static func isComplete(at directory: String) -> Bool {
        DatasetDirectory(root: directory, version: "").isComplete
    }
}
