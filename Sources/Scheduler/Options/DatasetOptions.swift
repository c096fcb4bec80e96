internal import ArgumentParser
internal import CommandSupport
internal import Datasets
internal import SystemSupport

/// Which scenes of which dataset.
struct DatasetOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Dataset: the root folder of nuScenes tables, or a manifest NAME.occ.jsonl (docs/manifest.md).",
            valueName: "path"
        )
    )
    var dataset: String

    @Option(
        name: .customLong("version"),
        help: ArgumentHelp("Version of nuScenes tables: the folder DIR/NAME; none for a manifest.", valueName: "name")
    )
    var datasetVersion: String?

    @Option(
        help: ArgumentHelp(
            "Split: mini_train, mini_val, train, val, test, or one of the dataset's own (default: every scene).",
            valueName: "name"
        )
    )
    var split: String?

    func validate() throws {
        guard kind.hasVersions, datasetVersion == nil else { return }
        throw ValidationError(
            "Missing expected argument '--version <name>': nuScenes tables lie in '\(dataset)/NAME' (a manifest's name ends in .occ.jsonl)"
        )
    }

    /// The dataset's root as it is written into runs.
    var root: String { Paths.absolute(dataset) }

    /// What kind of dataset it is.
    var kind: DatasetKind { DatasetKind.recognised(dataset) }

    /// Opens the dataset.
    ///
    /// - Throws: `DatasetError`.
    func open() throws -> any DatasetSource { try kind.open(root, datasetVersion ?? "") }

    /// The dataset in words, before it is opened.
    var words: String {
        kind.hasVersions ? "the tables of '\(root)/\(datasetVersion ?? "")'" : "the manifest '\(root)'"
    }
}
