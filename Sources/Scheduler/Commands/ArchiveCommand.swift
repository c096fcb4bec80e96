internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import Storage
internal import SystemSupport

/// `occ-scheduler archive`: a run as one file.
struct ArchiveCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "archive",
        abstract: "Put a run's files into one tar file, scene by scene, with an index.",
        discussion: """
            Example: occ-scheduler archive --output out --run NAME --to NAME.tar
            Example: occ-scheduler verify --output NAME.tar
            Example: tar -xf NAME.tar -C other-out

            verify, evaluate, export, report, samples, picture and compare read an archive where they take an output folder, each scene by its offset \
            (docs/storage-tiers.md). The same run gives the same bytes. Nothing is removed; needs no database.
            """
    )

    @OptionGroup var results: ResultOptions

    @Option(help: ArgumentHelp("The tar file to write.", valueName: "file"))
    var to: String

    @OptionGroup var replacing: ReplaceOptions
    @OptionGroup var logs: LogOptions

    var whatIsLeft: String { nothingIsLeft }

    func run() async throws {
        let path = Paths.absolute(to)
        try OutputFile.checkFolder(of: path)
        let archive = try RunArchive(results.directory())
        let (outcome, summary) = try OutputFile.write(to: path, replaces: replacing.isForced) { temporary in
            try archive.write(to: temporary) { written, total in
                if Terminal.isInteractive { Terminal.showProgress("\(written)/\(total) scenes") }
            }
        }
        Terminal.say(
            "\(path): \(summary.scenes) scenes, \(summary.byteCount) bytes"
                + (outcome == .unchanged ? "; it was there already, byte for byte" : "")
        )
        if archive.unfinishedScenes > 0 {
            Terminal.say(
                "warning: \(archive.unfinishedScenes) scenes of the run are not done; run.json in the archive names them, and nothing else of them is in it"
            )
        }
    }
}
