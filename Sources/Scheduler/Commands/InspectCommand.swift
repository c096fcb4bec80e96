internal import ArgumentParser
internal import CommandSupport
internal import MCAPFiles

/// `occ-scheduler inspect`: what a recording holds.
struct InspectCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what a recording (MCAP) holds: topics, calibrations, frames, and what of it can be used.",
        discussion: """
            Example: occ-scheduler inspect drive.mcap
            Example: occ-scheduler inspect drive.mcap --json

            With a summary, some chunks all over the file are read; without one, all of it. --check reads every byte, judges every
            checksum, decodes every message that is known, and exits with 1 if anything is damaged or the file was cut. What is read, \
            and what helps where it is not: docs/mcap.md.
            """
    )

    @Argument(help: "Recording, an .mcap file.")
    var file: String

    @Flag(help: "Read everything and judge every checksum.")
    var check = false

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var logs: LogOptions

    var whatIsLeft: String { nothingIsLeft }

    func run() async throws {
        let path = Paths.absolute(file)
        do {
            let recording = try MCAPFile(path: path)
            let survey = try RecordingSurvey(recording, effort: check ? .everything : .some)
            let report = RecordingReport(path, recording, survey)
            Terminal.output(try json ? report.json() : report.text)
            if check, survey.damages > 0 || survey.cutPlace != nil { throw ExitStatus.someScenesFailed }
        } catch let error as MCAPError {
            throw CommandFailure(.configuration, "'\(path)': \(error)")
        }
    }
}
