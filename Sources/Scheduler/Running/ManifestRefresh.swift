internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import RunContract
internal import Scoring
internal import Storage
internal import SystemSupport

/// Keeps `run.json` true after a command that changed how a run's scenes stand.
///
/// A worker writes it when it closes a run's last scene. A command that cancels the rest of a run closes it too, and one that queues
/// scenes again makes what is written there untrue; no worker would notice either.
enum ManifestRefresh {
    /// Writes the run's manifest if the run is finished now, or if there is one that may be stale.
    ///
    /// The change itself stands in the database, so trouble with the folder is told, not thrown.
    ///
    /// - Parameter output: the output folder as this host sees it; nil where the run says it is.
    static func perform(run name: String, queue: JobQueue, output: String?) async {
        do {
            guard let status = try await queue.runStatus(name) else { return }
            let settings = try RunSettings(json: status.settings, run: name)
            let directory = try RunStores.open(
                output: output.map(Paths.absolute) ?? settings.outputDirectory,
                run: name
            )
            guard try directory.isPresent() else {
                if status.isFinished {
                    Terminal.say(
                        "note: '\(directory.place)' is not on this host, so its run.json was not written; give the same command on"
                            + " a host that has the output folder"
                    )
                }
                return
            }
            guard try status.isFinished || directory.hasManifest() else { return }
            try await ManifestPublisher(queue: queue, software: BuildInformation.software)
                .publish(status, outputDirectory: output.map(Paths.absolute) ?? settings.outputDirectory)
        } catch {
            Terminal.say("warning: run.json of run '\(name)' was not written: \(error)")
        }
    }
}
