internal import ArgumentParser
internal import CommandSupport
internal import OccInference

/// `occ-worker compare`: how far two outputs are apart.
struct CompareCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Print a parity report of two output files: labels that agree, differences of taps.",
        discussion: """
            Example: occ-worker compare reference.safetensors out.safetensors
            Differences are given over the reference's standard deviation. Taps may be whole (tap:NAME) or sampled \
            (tap:NAME:index and tap:NAME:value) in either file.
            """
    )

    @Argument(help: "What is right.")
    var reference: String

    @Argument(help: "What is looked at.")
    var candidate: String

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var logs: LogOptions

    var whatIsLeft: String { nothingIsLeft }

    func run() async throws {
        let report = try OutputComparison.compare(
            reference: Paths.absolute(reference),
            candidate: Paths.absolute(candidate)
        )
        Terminal.output(json ? report.json() + "\n" : report.table())
    }
}
