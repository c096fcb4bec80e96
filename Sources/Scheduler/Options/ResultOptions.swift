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
    /// - Parameters:
    ///   - folder: what names the output folder: an option, or what an argument stands for.
    ///   - option: the option that names one of several runs in it.
    /// - Throws: `CommandFailure` (`configuration`) where there is no such run; `FileError`.
    func directory(folder: String = "--output", option: String = "--run") throws -> any RunStore {
        let root = Paths.absolute(output)
        if let flaw = try OutputFolder.flaw(root, named: folder) { throw CommandFailure(.configuration, flaw) }
        if let runName { return try Self.named(runName, inOutput: root, option: option) }
        let all = try RunStores.all(inOutput: root)
        // A folder without any result is what a refused or killed submission left.
        let runs = try all.filter { try $0.hasResults() }
        if runs.isEmpty, let begun = all.first {
            throw CommandFailure(
                .configuration,
                "\(folder): run '\(begun.run)' in '\(root)' has no predictions yet; `occ-scheduler status --output \(root)` tells how far it is"
            )
        }
        return try RunSelection.only(of: runs, name: \.run, place: "'\(root)'", option: option)
    }

    /// The run of a name.
    ///
    /// - Throws: `CommandFailure` (`configuration`) with the names that there are; `FileError`.
    static func named(_ run: String, inOutput root: String, option: String = "--run") throws -> any RunStore {
        let directory = try RunStores.open(output: root, run: run)
        guard try directory.isPresent() else {
            let names = try RunStores.all(inOutput: root).map { "'\($0.run)'" }
            let rest = names.count > 5 ? " and \(names.count - 5) more" : ""
            throw CommandFailure(
                .configuration,
                "\(option): there is no run '\(run)' in '\(root)'"
                    + (names.isEmpty ? "" : "; it has \(names.prefix(5).joined(separator: ", "))\(rest)")
            )
        }
        return directory
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
    case evalai, sparseocc, flashocc, labels, nuscenes, mcap, kitti, coco, cvat

    /// Whether boxes of a low score can be left out.
    var takesMinimumScore: Bool { [.mcap, .kitti, .coco, .cvat].contains(self) }
}
