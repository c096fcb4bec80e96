internal import ArgumentParser
internal import ArrayFiles
internal import CommandSupport
internal import Datasets
internal import Foundation
internal import ImageFiles
internal import Reporting
internal import RunContract
internal import Scenes
internal import Scoring
internal import Storage
internal import SystemSupport

/// `occ-scheduler picture`: one sample, every sample of a scene, or a scene as a film.
struct PictureCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "picture",
        abstract: "Draw samples: prediction, and ground truth beside it where it is at hand.",
        discussion: """
            Example: occ-scheduler picture --output out --sample TOKEN --view all --to sample.png
            Example: occ-scheduler picture --output out --scene scene-0103 --index 7 --view all --to sample.png
            Example: occ-scheduler picture --output out --scene scene-0103 --all --to pictures
            Example: occ-scheduler picture --output out --scene scene-0103 --animate --cameras --to scene.webp

            Voxel labels are drawn as they are stored. Boxes are drawn around the car, which takes the dataset's tables; the fainter a \
            box, the lower its score; a line ahead of it ends where it is a second later. Camera pictures show them with class and \
            score, and ground truth dashed. docs/pictures.md explains what each view shows.
            """
    )

    @OptionGroup var results: ResultOptions
    @OptionGroup var truth: GroundTruthOptions

    @Option(
        help: ArgumentHelp("Token of the sample (default: the run's first); `samples` lists them.", valueName: "token")
    )
    var sample: String?

    @Option(help: ArgumentHelp("Scene of the sample (default: the run's first).", valueName: "name"))
    var scene: String?

    @Option(
        help: ArgumentHelp("Place of the sample in its scene from 0, as lists of samples have it.", valueName: "n")
    )
    var index: Int?

    @Flag(help: "Draw every sample of the scene into a folder; names are index and token.")
    var all = false

    @Flag(help: "Draw the scene as a film of its samples, two a second, in half size.")
    var animate = false

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            "Picture to write, whose name ends in .png, .jpg, .jpeg or .webp; with --all the folder for .png files, with --animate a .webp.",
            valueName: "path"
        )
    )
    var target: String

    @Option(help: ArgumentHelp("Leave out boxes of a lower score.", valueName: "0-1"))
    var minimumScore: Double = DetectionMetric.shownScore

    @Option(help: "From above, as solid voxels, or both with camera pictures and differences.")
    var view: PictureView = .above

    @Flag(help: "Draw the six camera pictures above, with boxes in them; reads the dataset's tables.")
    var cameras = false

    @OptionGroup var replacing: ReplaceOptions
    @OptionGroup var logs: LogOptions

    func validate() throws {
        try NumberRange.require(minimumScore, in: 0...1, "--minimum-score")
        let format = PictureFormat(path: target)
        if all || animate {
            let option = all ? "--all" : "--animate"
            guard !(all && animate) else {
                throw ValidationError("--all makes pictures and --animate a film; choose one")
            }
            guard scene != nil else {
                throw ValidationError("\(option) draws every sample of a scene: --scene NAME")
            }
            guard sample == nil, index == nil else {
                throw ValidationError("\(option) draws every sample; leave out --sample and --index")
            }
        }
        if let index {
            try NumberRange.require(index, in: 0...1_000_000, "--index")
            guard sample == nil else { throw ValidationError("--sample and --index both name a sample; choose one") }
        }
        if all {
            guard format == nil else {
                throw ValidationError("--to '\(target)' names a picture; with --all it is a folder")
            }
        } else if animate {
            guard format == .webp else {
                throw ValidationError("--to '\(target)': the name of a film must end in .webp")
            }
        } else if format == nil {
            throw ValidationError(
                "--to '\(target)': the name must end in .png, .jpg, .jpeg or .webp, the formats that are written"
            )
        }
    }

    var whatIsLeft: String {
        all ? "pictures in '\(Paths.absolute(target))' are whole, the same command adds the others" : nothingIsLeft
    }

    func run() async throws {
        let target = Paths.absolute(target)
        if animate { try OutputFile.requireFree(target, replaces: replacing.isForced) }
        let directory = try results.directory()
        let manifest = try directory.readManifest()
        let plan = try PicturePlan(
            manifest,
            scene: scene,
            sample: sample,
            index: index,
            all: all || animate,
            target: target
        )
        if all { try Folders.create(target) }
        var samples = try SamplePicture(
            manifest,
            plan.scene,
            directory.open(plan.scene),
            root: truth.root(manifest)
        )
        var film: Film?
        for file in plan.files {
            let picture = try samples.draw(
                file.token,
                view,
                hasCameras: cameras || view == .all,
                minimumScore: minimumScore
            )
            if animate {
                let frame = try Film.frame(picture)
                film = try film ?? Film(like: frame)
                try film?.add(frame)
            } else if let format = PictureFormat(path: file.path) {
                try write(format.encode(picture), to: file.path)
            }
        }
        if let film { try write(film.file(), to: target) }
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        try OutputFile.write(bytes, to: path, replaces: replacing.isForced)
        Terminal.say(path)
    }
}
