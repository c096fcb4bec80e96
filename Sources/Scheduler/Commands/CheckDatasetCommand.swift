internal import ArgumentParser
internal import CommandSupport
internal import Datasets
internal import Foundation
internal import SystemSupport

/// `occ-scheduler check-dataset`: what a dataset is like, and what is wrong with it.
struct CheckDatasetCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "check-dataset",
        abstract: "Look a dataset over: times, speeds, cameras, pictures; draw what follows from its calibration.",
        discussion: """
            Example: occ-scheduler check-dataset --dataset van.occ.jsonl --draw look
            Example: occ-scheduler check-dataset --dataset DIR --version v1.0-mini --split mini_val --json

            With --draw, sheets of samples show the horizon, a grid on the road, the ego frame's axes and annotated boxes in the pictures: a \
            wrong convention shows at sight. Exits with 1 if something is wrong, after the list of it. docs/check-dataset.md explains each check.
            """
    )

    @OptionGroup var scenes: DatasetOptions

    @Option(
        help: ArgumentHelp(
            "Compare the pictures' sizes with the dataset: of a sample of the files, of all, or of none (then neither pictures nor masks are looked for).",
            valueName: "sample|all|none"
        )
    )
    var checkPictures: PictureSizeCheck = .sample

    @Option(help: ArgumentHelp("Folder for sheets of samples (.png), made where it is missing.", valueName: "dir"))
    var draw: String?

    @Option(help: ArgumentHelp("Sheets to draw, of samples spread evenly.", valueName: "n"))
    var sheets: Int = 4

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var replacing: ReplaceOptions
    @OptionGroup var logs: LogOptions

    func validate() throws {
        try NumberRange.require(sheets, in: 1...1000, "--sheets")
    }

    var whatIsLeft: String {
        draw == nil ? nothingIsLeft : "sheets that were drawn stay, the same command draws the same again"
    }

    func run() async throws {
        let facts = try facts()
        Terminal.output(try json ? Self.document(facts) : DatasetFactsText(facts).text)
        if !facts.isSound { throw ExitStatus.someScenesFailed }
    }

    private func facts() throws -> DatasetFacts {
        Terminal.say("reading \(scenes.words)")
        let source: any DatasetSource
        do {
            source = try scenes.open()
        } catch let error as DatasetError where !DatasetLook.isOfTheCommand(error) {
            return DatasetLook.facts(of: error)
        }
        let sheets = draw.map {
            DatasetSheets(
                source,
                pictureFolder: scenes.kind.pictureFolder(scenes.root),
                folder: Paths.absolute($0),
                wanted: self.sheets,
                replaces: replacing.isForced
            )
        }
        let look = DatasetLook(
            source: source,
            kind: scenes.kind,
            split: scenes.split,
            pictureSizes: checkPictures,
            sheets: sheets
        )
        let facts = try look.facts()
        if let sheets {
            Terminal.say(
                sheets.written == 0
                    ? "no sheet was drawn"
                    : "\(sheets.written) sheet\(sheets.written == 1 ? "" : "s") in '\(sheets.folder)'"
            )
        }
        return facts
    }

    private static func document(_ facts: DatasetFacts) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(facts), as: UTF8.self) + "\n"
    }
}
