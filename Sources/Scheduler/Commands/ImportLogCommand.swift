internal import ArgumentParser
internal import CommandSupport
internal import Datasets
internal import Glibc
internal import MCAPFiles
internal import SystemSupport

/// `occ-scheduler import-log`: recordings become a dataset.
struct ImportLogCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "import-log",
        abstract: "Make a dataset (a manifest) of recordings (MCAP), whose pictures stay where they are.",
        discussion: """
            Example: occ-scheduler import-log drive.mcap --to drive.occ.jsonl
            Example: occ-scheduler import-log drive.mcap --write-config topics.json
            Example: occ-scheduler import-log a.mcap b.mcap --config topics.json --rate 2 --scene drive_7 --to drive.occ.jsonl

            Several recordings are one log. Without --config, topics are chosen by what the recording says, and named; --write-config writes \
            that choice as a start of your own. The manifest lies above or beside the recordings. docs/import-log.md says what is chosen, \
            and what each key of the configuration means.
            """
    )

    @Argument(help: "Recordings, .mcap files.")
    var files: [String]

    @Option(help: ArgumentHelp("Topics, frames and what recordings do not tell, JSON.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("Write the configuration that would be chosen, and stop.", valueName: "file"))
    var writeConfig: String?

    @Option(name: .customLong("to"), help: ArgumentHelp("Manifest to write, NAME.occ.jsonl.", valueName: "file"))
    var target: String?

    @Option(help: ArgumentHelp("Keyframes a second; 2 where nothing is said.", valueName: "hz"))
    var rate: Double?

    @Option(help: ArgumentHelp("Topic at whose messages keyframes are, in place of a rate.", valueName: "topic"))
    var anchor: String?

    @Option(help: ArgumentHelp("Name of the scene; the manifest's where nothing is said.", valueName: "name"))
    var scene: String?

    @OptionGroup var replacing: ReplaceOptions
    @OptionGroup var logs: LogOptions

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("name at least one recording") }
        guard (target == nil) != (writeConfig == nil) else {
            throw ValidationError("say either --to, for a manifest, or --write-config")
        }
        guard rate == nil || anchor == nil else { throw ValidationError("say either --rate or --anchor") }
        guard writeConfig == nil || config == nil else {
            throw ValidationError("--write-config writes what is chosen without --config")
        }
        if let target, !target.hasSuffix(ManifestDataset.suffix) || target.hasSuffix("/" + ManifestDataset.suffix) {
            throw ValidationError("a manifest's name ends in \(ManifestDataset.suffix): '\(target)' does not")
        }
    }

    var whatIsLeft: String { nothingIsLeft }

    func run() async throws {
        do {
            if let writeConfig {
                let path = Paths.absolute(writeConfig)
                try OutputFile.requireFree(path, replaces: replacing.isForced)
                let chosen = try guess().json()
                try OutputFile.write(Array(chosen.utf8), to: path, replaces: replacing.isForced)
                Terminal.output("'\(path)' says what would be chosen\n")
            } else if let target {
                try write(Paths.absolute(target))
            }
        } catch let error as LogImportError {
            throw CommandFailure(.configuration, error.description)
        }
    }

    private func write(_ path: String) throws {
        try OutputFile.requireFree(path, replaces: replacing.isForced)
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let recordings = try files.map(Paths.absolute).map { file in
            guard file.hasPrefix(folder + "/") else {
                throw CommandFailure(
                    .configuration,
                    "'\(file)' is not below the manifest's folder '\(folder)', to which its path is relative:"
                        + " write the manifest above it, or put a link to its folder there"
                )
            }
            return LogImport.Recording(path: file, name: String(file.dropFirst(folder.count + 1)))
        }
        let name = path.dropFirst(folder.count + 1).dropLast(ManifestDataset.suffix.count)
        let chosen = try config.map { try LogConfiguration.read(Paths.absolute($0)) } ?? guess()
        let moments = anchor.map { LogImport.Moments.anchor(topic: $0) } ?? .rate(rate ?? 2)
        let made = try LogImport(chosen, moments: moments, scene: scene ?? String(name)).run(recordings)
        try check(made, beside: path)
        try OutputFile.write(made.manifest, to: path, replaces: replacing.isForced)
        for note in made.notes { Terminal.output("note: \(note)\n") }
        let pictures = made.pictureCounts.values.reduce(0, +)
        Terminal.output(
            "'\(path)': \(made.sampleCount) samples, \(pictures) pictures of \(made.pictureCounts.count) cameras\n"
        )
    }

    /// Chooses topics by the first recording.
    private func guess() throws -> LogConfiguration {
        let path = Paths.absolute(files[0])
        do {
            let survey = try RecordingSurvey(try MCAPFile(path: path), effort: .some)
            let (chosen, notes) = try LogConfiguration.guess(of: survey)
            for note in notes { Terminal.output("chosen: \(note)\n") }
            return chosen
        } catch let error as MCAPError {
            throw CommandFailure(.configuration, "'\(path)': \(error)")
        }
    }

    /// Reads the manifest back as a dataset, with the headers of some of its pictures.
    private func check(_ made: LogImport.Outcome, beside path: String) throws {
        let temporary =
            String(path.dropLast(ManifestDataset.suffix.count)) + ".\(getpid()).new" + ManifestDataset.suffix
        Leftovers.add(temporary)
        defer { Leftovers.settle(temporary) { _ = unlink(temporary) } }
        try AtomicFile.write(made.manifest, to: temporary)
        do {
            let options = ResolutionOptions(imageCheck: .present, pictureSizes: .sample)
            let read = try ManifestDataset.open(root: temporary).survey(split: nil, options: options)
            guard read.sampleCount == made.sampleCount, read.unreadablePictures.isEmpty else {
                let why =
                    read.unreadablePictures.first?.description
                    ?? "\(read.sampleCount) of \(made.sampleCount) samples are read back"
                throw CommandFailure(.configuration, "what was made cannot be used: \(why)")
            }
        } catch let error as DatasetError {
            throw CommandFailure(
                .configuration,
                "what was made cannot be used, as calibration, transforms or poses are not what networks need: "
                    + "\(error)".replacing(temporary, with: path)
            )
        }
    }
}
