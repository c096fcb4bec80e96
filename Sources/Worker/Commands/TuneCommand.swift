internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import OccInference
internal import Scenes
internal import SystemSupport

/// `occ-worker tune`: which binary kernels are quickest on this machine.
struct TuneCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Measure which binary kernels are quickest on this machine, unit by unit.",
        discussion: """
            Example: occ-worker tune --model m.occmodel --to zen3.json
                     OCC_TUNING=zen3.json occ-worker --database ...

            Rules by processor choose kernels, and are right on the machines that docs/kernels.md names. On another, measure with nothing else \
            running, and give workers the file in OCC_TUNING. All kernels give the same bits, so any mixture of hosts will do.
            """
    )

    @Option(help: ArgumentHelp("Model package.", valueName: "file"))
    var model: String

    @Option(help: PrecisionArgument.help)
    var precision = Precision.fp32

    @Option(help: ArgumentHelp("Keyframes to measure, after one that is not counted.", valueName: "n"))
    var frames: Int = 5

    @Option(help: ArgumentHelp("Write the choice to this file; without, only the table is printed.", valueName: "file"))
    var to: String?

    @OptionGroup
    var replacing: ReplaceOptions
    @OptionGroup var logs: LogOptions

    func validate() throws {
        try NumberRange.require(frames, in: 1...1000, "--frames")
    }

    var whatIsLeft: String { nothingIsLeft }

    func run() async throws {
        let target = to.map(Paths.absolute)
        if let target { try OutputFile.requireFree(target, replaces: replacing.isForced) }
        let package = try ModelFile.open(Paths.absolute(model))
        let folder = NSTemporaryDirectory() + "occ-tune-\(UUID().uuidString)"
        Leftovers.add(folder)
        defer { Leftovers.settle(folder) { try? FileManager.default.removeItem(atPath: folder) } }
        let scene = try BenchScene(samples: package.configuration.frames + frames, in: folder)
        let trial = try KernelTrial(package, precision, scene: scene.frames, root: scene.folder, keyframes: frames)
        Terminal.output(
            "\(package.configuration.name), \(precision.rawValue), one core, medians of \(frames) frames\n" + trial.text
        )
        guard let target else { return }
        let tuning = KernelTuning(processor: PhysicalCores.processorName ?? "unknown", units: trial.choice)
        try OutputFile.write(Array(try tuning.json().utf8), to: target, replaces: replacing.isForced)
        Terminal.say("\(target): use it as \(KernelTuning.variable)=\(target)")
    }
}
