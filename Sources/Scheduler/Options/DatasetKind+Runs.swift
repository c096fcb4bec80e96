internal import CommandSupport
internal import Datasets
internal import RunContract
internal import Storage

extension DatasetKind {
    /// The kind of the dataset that a run's folder is of.
    ///
    /// - Throws: `CommandFailure` for a kind that this program does not know.
    static func of(_ manifest: RunManifest) throws -> DatasetKind {
        try known(manifest.dataset, run: manifest.run)
    }

    /// The kind of the dataset that a run of a queue is of.
    ///
    /// - Throws: `CommandFailure` for a kind that this program does not know.
    static func of(_ settings: RunSettings, run: String) throws -> DatasetKind {
        try known(settings.datasetKind, run: run)
    }

    private static func known(_ name: String, run: String) throws -> DatasetKind {
        guard let kind = named(name) else {
            throw CommandFailure(
                .configuration,
                "run '\(run)' is of a dataset of kind '\(name)'; this program knows \(known.map(\.name).joined(separator: ", "))"
            )
        }
        return kind
    }
}
