internal import ArgumentParser

/// Which scenes of which dataset.
struct DatasetOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Root folder of a nuScenes-format dataset.", valueName: "dir"))
    var dataset: String

    @Option(
        name: .customLong("version"),
        help: ArgumentHelp("Version of its tables: the folder DIR/NAME.", valueName: "name")
    )
    var datasetVersion: String

    @Option(
        help: ArgumentHelp(
            "Split: mini_train, mini_val, train, val, test, or one of the dataset's own splits.json (default: every scene).",
            valueName: "name"
        )
    )
    var split: String?
}
