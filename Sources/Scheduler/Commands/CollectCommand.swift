internal import ArgumentParser
internal import CommandSupport
internal import Storage

/// `occ-scheduler gc`: remove files that no scene needs any more.
struct CollectCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Remove scene files of leases that were superseded.",
        discussion: """
            Example: occ-scheduler gc --output out --dry-run
            Removed are files of leases before a scene's accepted one. Files of scenes that are not done stay: the next lease takes their \
            samples over. `occ-scheduler prune` does the same for every run of a folder, and removes whole runs.
            """
    )

    @OptionGroup var results: ResultOptions

    @Flag(help: "Only list what would be removed.")
    var dryRun = false

    @OptionGroup var logs: LogOptions

    var whatIsLeft: String {
        dryRun ? "nothing was removed" : "what is needed is all there, the same command removes the rest"
    }

    func run() async throws {
        let directory = try results.directory()
        let accepted = SupersededFiles.accepted(try directory.readManifest())
        let superseded = try SupersededFiles(in: directory, accepted: accepted)
        let bytes = try superseded.perform(in: directory, removes: !dryRun)
        Terminal.say("\(superseded.files.count) files of \(bytes) bytes \(dryRun ? "would be removed" : "removed")")
    }
}
