public import ArgumentParser
internal import CommandSupport
public import Datasets
internal import Scenes

/// What defines a run: dataset, split, model, output, and what becomes of pictures of another size.
struct SubmissionOptions: ParsableArguments {
    @OptionGroup var source: DatasetOptions

    @Option(help: ArgumentHelp("Model package, made by import-model.", valueName: "file"))
    var model: String

    @Option(help: PrecisionArgument.help)
    var precision = Precision.fp32

    @Option(help: ArgumentHelp("Output folder; scene files go to DIR/runs/<run>/.", valueName: "dir"))
    var output: String

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("Name of the run (default: made from what defines it).", valueName: "name")
    )
    var runName: String?

    @Option(help: ArgumentHelp("Runs of higher priority are worked on first.", valueName: "n"))
    var priority: Int = 0

    @Option(help: ArgumentHelp("Attempts that may end in an error before a scene counts as failed.", valueName: "n"))
    var maximumAttempts: Int = 3

    @Flag(help: "Queue the scenes that are whole, and list those left out.")
    var skipMissing = false

    @Flag(
        help:
            "Scale each camera's intrinsics where its pictures are not of the size that the tables give, instead of refusing them."
    )
    var rescaleIntrinsics = false

    @Flag(
        help:
            "Turn and scale pictures to the cameras that the network was trained with, which the model's card names (docs/cameras.md)."
    )
    var virtualCameras = false

    @Flag(
        help:
            "Decode JPEG pictures to fewer pixels where they are shrunk anyway: quicker, for small networks; not the published pipeline's bytes (docs/datasets.md)."
    )
    var reducedDecoding = false

    @Option(
        help: ArgumentHelp(
            "Compare the pictures' sizes with the tables before anything is queued: of a sample of the files, of all, or of none.",
            valueName: "sample|all|none"
        )
    )
    var checkPictures: PictureSizeCheck = .sample

    func validate() throws {
        try NumberRange.require(priority, in: -1000...1000, "--priority")
        try NumberRange.require(maximumAttempts, in: 1...100, "--maximum-attempts")
    }
}

extension PictureSizeCheck: ExpressibleByArgument {}
