public import ArgumentParser
internal import CommandSupport
internal import Datasets
internal import Evaluation
internal import Scenes
internal import Storage
internal import SystemSupport

/// Which run's files a command reads; no database is needed.
struct ResultOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Output folder of the run.", valueName: "dir"))
    var output: String

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("Name of the run (default: the only one there is).", valueName: "name")
    )
    var runName: String?

    /// The run's folder.
    ///
    /// - Parameter option: the option that names one of several runs.
    func directory(option: String = "--run") throws -> any RunStore {
        let root = Paths.absolute(output)
        if let runName {
            let directory = try RunStores.open(output: root, run: runName)
            guard try directory.isPresent() else {
                throw CommandFailure(.configuration, "there is no run '\(runName)' in '\(root)/runs'")
            }
            return directory
        }
        guard try RunStores.isPresent(inOutput: root) else {
            throw CommandFailure(.configuration, Self.noRuns(in: root))
        }
        // A folder without any result is what a refused or killed submission left.
        let runs = try RunStores.all(inOutput: root).filter { try $0.hasResults() }
        return try RunSelection.only(of: runs, name: \.run, place: "'\(root)/runs'", option: option)
    }

    /// Why a folder has nothing to show; who names what lies in an output folder is told of that.
    static func noRuns(in root: String) -> String {
        let parts = root.split(separator: "/")
        let isInside = parts.suffix(2).contains("runs")
        let output = "/" + parts.dropLast(parts.last == "runs" ? 1 : 2).joined(separator: "/")
        return "there are no runs in '\(root)'; "
            + (isInside ? "the output folder of the run is '\(output)'" : "is it the --output folder of a run?")
    }
}

/// Where the ground truth is.
struct GroundTruthOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Root folder of the dataset, where it is mounted elsewhere now than when the run was submitted.",
            valueName: "dir"
        )
    )
    var datasetRoot: String?

    /// Where a run's dataset is now.
    func root(_ manifest: RunManifest) -> String { datasetRoot.map(Paths.absolute) ?? manifest.datasetFolder }

    /// The voxel labels of a run's dataset.
    func labels(_ manifest: RunManifest) throws -> any LabelSource {
        try DatasetKind.of(manifest).labels(root(manifest))
    }
}

extension LabelSource {
    /// The labels of a sample; nil where there are none.
    ///
    /// - Throws: `CommandFailure` for labels that are there and cannot be used.
    func wholeLabels(scene: String, sample: String) throws -> VoxelLabels? {
        switch read(scene: scene, sample: sample) {
        case .labels(let labels): return labels
        case .absent: return nil
        case .unreadable(let why):
            throw CommandFailure(.environment, "the ground truth of sample \(sample) cannot be read: \(why)")
        case .damaged(let why):
            throw CommandFailure(
                .configuration,
                "the ground truth of sample \(sample) is damaged: \(place(scene: scene, sample: sample)): \(why)"
            )
        }
    }
}

extension VisibilityMask: ExpressibleByArgument {}

/// What `export` writes.
enum ExportFormat: String, CaseIterable, ExpressibleByArgument {
    case evalai, sparseocc, flashocc, labels, nuscenes

    /// The form of `.npz` files; nil for a results file.
    var dialect: ExportDialect? { ExportDialect(rawValue: rawValue) }
}
