internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import Storage

/// `occ-scheduler samples`: which samples a run has predictions of.
struct SamplesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "samples",
        abstract: "List a run's samples: scene, index in the scene, token.",
        discussion: """
            Example: occ-scheduler samples --output out
            Example: occ-scheduler samples --output out --scene scene-0103 --json
            The samples of scenes that are done, in the dataset's order; the index counts from 0. `picture --sample TOKEN` draws one.
            """
    )

    @OptionGroup var results: ResultOptions

    @Option(
        name: .customLong("scene"),
        help: ArgumentHelp("List this scene only; may be given several times.", valueName: "name")
    )
    var scenes: [String] = []

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    func run() async throws {
        let manifest = try results.directory().readManifest()
        let list = try SampleList(manifest, scenes: scenes)
        Terminal.output(try json ? list.text() : list.table)
        if list.unfinishedScenes > 0 {
            Terminal.say("note: \(list.unfinishedScenes) scenes of the run are not done and not listed")
        }
    }
}
