import ArgumentParser
import Foundation

/// `Chaos`: real schedulers and workers, a real PostgreSQL, and everything that can befall them.
@main
struct ChaosCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Chaos",
        abstract:
            "Injects faults into running schedulers, workers and PostgreSQL, and checks what docs/chaos.md promises.",
        discussion: "Example: Chaos --faults 200 --seed 7"
    )

    @Option(help: "Faults to inject (default: 200; 14 in the short form).")
    var faults: Int?

    @Option(help: "Seed of everything random (default: a new one, which is printed).")
    var seed: UInt64?

    @Option(name: .customLong("kind"), help: "Only kinds that begin with this; repeat for more.")
    var kinds: [String] = []

    @Option(help: "Folder of occ-scheduler and occ-worker (default: this program's).")
    var programs: String?

    @Flag(help: "Quick kinds, short waits, small runs; the default lease is not measured.")
    var short = false

    @Flag(help: "List the kinds of faults.")
    var list = false

    @Option(help: "Write the network that the suite works with, and leave: other tests want cheap samples too.")
    var writeModel: String?

    func run() async throws {
        if let writeModel { return try await TinyModel.write(to: writeModel) }
        if list {
            for kind in await Fault.kinds { say(kind) }
            return
        }
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let settings = ChaosSettings(
            faults: max(1, faults ?? (short ? 14 : 200)),
            seed: seed ?? UInt64.random(in: 0..<1_000_000_000),
            kinds: kinds,
            programs: programs ?? (own as NSString).deletingLastPathComponent,
            isShort: short
        )
        do {
            try await Suite.run(settings)
        } catch {
            say("chaos: \(error)")
            throw ExitCode(1)
        }
    }
}
