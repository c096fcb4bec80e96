internal import ArgumentParser
internal import CommandSupport
internal import Datasets
internal import Keyframes
internal import OccInference
internal import RunContract
internal import Scenes
internal import SystemSupport

/// `occ-scheduler calibrate`: the scales of int8, from some samples of a dataset.
struct CalibrateCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Find the scales of a model for --precision int8 and write a package that has them.",
        discussion: """
            Example: occ-scheduler calibrate --model m.occmodel --dataset DIR --version v1.0-mini --output m-int8.occmodel

            Samples are taken evenly from all scenes of the split and computed in fp32 on one core. The new package is another model: its \
            digest covers the scales. In fp32 and bf16 it predicts what the old one does.
            """
    )

    @Option(help: ArgumentHelp("Model package, made by import-model.", valueName: "file"))
    var model: String

    @OptionGroup var scenes: DatasetOptions

    @Option(help: ArgumentHelp("Samples to compute.", valueName: "n"))
    var samples: Int = 32

    @Flag(
        help:
            "Scale each camera's intrinsics where its pictures are not of the size that the tables give, as run does when told so."
    )
    var rescaleIntrinsics = false

    @Option(help: ArgumentHelp("Model package to write.", valueName: "file"))
    var output: String

    @OptionGroup var replacing: ReplaceOptions
    @OptionGroup var logs: LogOptions

    func validate() throws {
        try NumberRange.require(samples, in: 1...10000, "--samples")
    }

    var whatIsLeft: String { nothingIsLeft }

    func run() async throws {
        let path = Paths.absolute(output)
        try OutputFile.checkFolder(of: path)
        let package = try RunPlan.openModel(Paths.absolute(model))
        if package.isCalibrated { Terminal.say("'\(package.source)' has scales already; new ones take their place") }
        let root = scenes.root
        Terminal.say("reading \(scenes.words)")
        let source = try scenes.open()
        // Scenes with missing pictures are left out: scales need some samples, not all.
        let resolved = try source.resolve(split: scenes.split, options: ResolutionOptions(skipMissing: true))
        let chosen = CalibrationPlan(counts: resolved.scenes.map(\.samples.count), samples: samples).samples
        guard !chosen.isEmpty else {
            throw CommandFailure(
                .configuration,
                "no scene of split '\(scenes.split ?? RunSettings.everyScene)' in '\(root)' can be calibrated with"
                    + resolved.omitted.prefix(5).map { "\n  \($0)" }.joined()
            )
        }
        let cameras = try NetworkCamera.plan(resolved.scenes[chosen[0].scene]).count
        let calibration = try RangeCalibration(package, cameras: cameras)
        let reader = try KeyframeReader(calibration.configuration, rescalesIntrinsics: rescaleIntrinsics)
        for (done, place) in chosen.enumerated() {
            let scene = resolved.scenes[place.scene]
            reader.forget()
            try calibration.add(
                try reader.read(scene, sample: place.sample, datasetRoot: scenes.kind.pictureFolder(root)) { _ in false
                }
            )
            Terminal.say("sample \(done + 1) of \(chosen.count): \(scene.name), \(scene.samples[place.sample].token)")
        }
        let bytes = try calibration.calibratedPackage()
        let outcome = try OutputFile.write(bytes, to: path, replaces: replacing.isForced)
        let written = try ModelPackage(bytes: bytes, source: path)
        Terminal.say(
            "\(path): scales from \(calibration.keyframes) samples, digest \(written.digest.prefix(16))"
                + (outcome == .unchanged ? "; it was there already" : "")
        )
    }
}

/// Which samples a calibration looks at: evenly spread over all scenes.
struct CalibrationPlan: Equatable {
    struct Place: Equatable {
        let scene: Int
        let sample: Int
    }

    let samples: [Place]

    /// - Parameters:
    ///   - counts: samples of each scene.
    ///   - samples: how many are wanted, at least 1; all where there are no more.
    init(counts: [Int], samples wanted: Int) {
        let all = counts.enumerated().flatMap { scene, count in (0..<count).map { Place(scene: scene, sample: $0) } }
        let count = min(wanted, all.count)
        samples = (0..<count).map { all[(2 * $0 + 1) * all.count / (2 * count)] }
    }
}
