internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import Storage
internal import SystemSupport

/// `occ-scheduler gc`: remove files that no scene needs any more.
struct CollectCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Remove scene files of leases that were superseded.",
        discussion: """
            Example: occ-scheduler gc --output out --dry-run
            Removed are files of leases before a scene's accepted one. Files of scenes that are not done stay: the next lease takes their \
            samples over.
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
        let manifest = try directory.readManifest()
        // Where the accepted file is not there as it was, an earlier one may be all that is left of the scene.
        let lacking = try manifest.scenes.filter { scene in
            guard scene.state == .done else { return false }
            return try scene.lease.flatMap { try directory.byteCount(of: SceneFileKey(scene: scene.name, lease: $0)) }
                != scene.byteCount
        }
        let accepted = manifest.acceptedLeases.filter { name, _ in !lacking.contains { $0.name == name } }
        for scene in lacking {
            Terminal.say(
                "warning: the file of scene \(scene.name) is missing or cut off; nothing of that scene is removed"
            )
        }
        let garbage = try directory.garbage(accepted: accepted)
        for file in garbage {
            Terminal.output("\(file.path)\n")
            if dryRun { continue }
            KillPoint.reached(.beforeRemoval, scene: file.scene)
            try directory.remove(file.key)
            KillPoint.reached(.afterRemoval, scene: file.scene)
        }
        let bytes = garbage.reduce(0) { $0 + $1.byteCount }
        Terminal.say("\(garbage.count) files of \(bytes) bytes \(dryRun ? "would be removed" : "removed")")
    }
}
