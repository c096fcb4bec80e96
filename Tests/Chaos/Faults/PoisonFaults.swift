import Foundation
import ImageFiles
import PostgresClient
import SystemSupport

extension Fault {
    /// Scenes that crash whatever works on them: quarantined after three crashes, with the reason, while the rest is done.
    static var poisonFaults: [Fault] {
        [("SEGV", SIGSEGV), ("ABRT", SIGABRT), ("TRAP", SIGTRAP), ("KILL", SIGKILL)].map { name, number in
            Fault(kind: "poison-sig\(name.lowercased())", weight: 0, isInShortForm: name == "SEGV") { arena in
                try await localPoison(arena, signal: name, number: number)
            }
        } + [
            Fault(kind: "poison-out-of-memory", weight: 0, obstacle: MemoryLimit.obstacle, perform: outOfMemory),
            Fault(kind: "poison-on-a-cluster", weight: 0, perform: clusterPoison),
        ]
    }

    private static let point = "worker.scene-started"

    /// `occ-scheduler run`, whose supervisor sees the signal.
    private static func localPoison(_ arena: Arena, signal: String, number: Int32) async throws {
        let run = arena.newRun("poison")
        let scene = try await arena.randomScene()
        let arguments = arena.localRunArguments(run)
        let poisoned = try arena.scheduler(
            arguments,
            killPoint: "\(point),scene=\(scene),signal=\(signal)",
            usesCluster: false
        )
        try await expectQuarantine(arena, run, scene, poisoned)
        let failures = try await arena.localScheduler(1, ["failures", "--output", run.output]).written
        try expect(
            failures,
            toName: [scene, "quarantined", "crashes 3", "SIG\(signal)", "signal \(number)", "kill point \(point)"]
        )
        // The cause is mended: the kill point is gone.
        try await arena.localScheduler(0, ["retry", "--output", run.output, scene])
        try await arena.localScheduler(0, arguments)
        try arena.compareWithReference(run)
        try? FileManager.default.removeItem(atPath: run.output)
    }

    /// A picture of 200 MB behind a few, under a limit that its neighbours keep.
    private static func outOfMemory(_ arena: Arena) async throws {
        let run = arena.newRun("poison")
        let dataset = arena.folder + "/dataset-heavy"
        try? FileManager.default.removeItem(atPath: dataset)
        try FileManager.default.copyItem(atPath: arena.dataset, toPath: dataset)
        let pictures = dataset + "/samples/CAM_BACK"
        let names = try FileManager.default.contentsOfDirectory(atPath: pictures).sorted()
        guard let name = names.randomElement(using: &arena.random) else { throw ChaosFailure("no pictures") }
        let good = try Data(contentsOf: URL(fileURLWithPath: "\(pictures)/\(name)"))
        let side = 8000
        let heavy = RGBImage(width: side, height: side, pixels: [UInt8](repeating: 90, count: side * side * 3))
        try Data(JPEGEncoder().encode(heavy, quality: 50)).write(to: URL(fileURLWithPath: "\(pictures)/\(name)"))

        let limit = try MemoryLimit(bytes: arena.workerBytes() + 40 << 20)
        defer { limit.remove() }
        var arguments = arena.localRunArguments(run, workers: 1)
        if let place = arguments.firstIndex(of: arena.dataset) { arguments[place] = dataset }
        let programs = try limit.programs(from: arena.settings.programs, in: arena.folder + "/limited")
        // The submission would see from the picture's header that it is not the one of the tables.
        let unchecked = arguments + ["--check-pictures", "none"]
        let poisoned = try arena.scheduler(unchecked, usesCluster: false, programs: programs)
        try await expectQuarantine(arena, run, nil, poisoned)
        let failures = try await arena.localScheduler(1, ["failures", "--output", run.output]).written
        try expect(failures, toName: ["quarantined", "crashes 3", "SIGKILL", "peak memory"])
        try good.write(to: URL(fileURLWithPath: "\(pictures)/\(name)"))
        try await arena.localScheduler(0, ["retry", "--output", run.output])
        try await arena.localScheduler(0, arguments)
        try arena.compareWithReference(run)
        try? FileManager.default.removeItem(atPath: run.output)
        try? FileManager.default.removeItem(atPath: dataset)
    }

    /// Workers that vanish without anybody watching; the next one at their place says what their log says.
    private static func clusterPoison(_ arena: Arena) async throws {
        let run = arena.newRun("poison")
        let scene = try await arena.randomScene()
        try await arena.drain()
        arena.fleet.hold()
        try await arena.expect(0, arena.submitArguments(run))
        let log = "\(arena.folder)/logs/poisoned-\(run.name).log"
        var place = arena.socketPlace
        place.name = "poisoned"
        // Two scenes at a time: the neighbours of the poisoned one must not be blamed for it.
        place.slots = 2
        for start in 1...12 {
            let worker = try arena.fleet.startGuest(
                place,
                killPoint: "\(point),scene=\(scene),signal=SEGV",
                arguments: ["--log", log, "--exit-when-idle", "3"]
            )
            try await arena.wait(upTo: 180, for: "worker \(start) of the poisoned run to end") { !worker.isRunning }
            if worker.poll() == .exit(0) { break }
        }
        let row = try await arena.cluster.query(
            """
            SELECT string_agg(i.name, ' ') AS names FROM occ.scenes s JOIN occ.scene_inputs i ON i.id = s.id
            JOIN occ.runs r ON r.id = s.run_id WHERE r.name = '\(run.name)' AND s.state <> 'done'
            """
        ).single()
        guard try row.optional("names", as: String.self) == scene else {
            throw ChaosFailure(
                "not done are \(String(describing: try? row.get("names", as: String.self))), not only \(scene)"
            )
        }
        let failures = try await arena.expect(1, ["failures", "--run", run.name]).written
        try expect(failures, toName: [scene, "quarantined", "crashes 3", "vanished", "kill point \(point)"])
        arena.fleet.resume()
        try await arena.expect(0, ["retry", "--run", run.name, scene])
        arena.isFeeding = true
        arena.adopt(run)
        try await arena.wait(upTo: 180, for: "the poisoned scene to be done") { try await arena.isFinished(run) }
    }

    private static func expectQuarantine(_ arena: Arena, _ run: ChaosRun, _ scene: String?, _ child: Child) async throws
    {
        let ending = try await arena.finish(child, upTo: 300)
        guard ending == .exit(1) else {
            throw ChaosFailure("a poisoned run ended with \(ending):\n\(child.said.suffix(2000))")
        }
        try expect(
            child.said,
            toName: ["\(run.sceneCount - 1) of \(run.sceneCount) scenes done", "1 quarantined"]
                + (scene.map { [$0] } ?? [])
        )
    }

    private static func expect(_ text: String, toName words: [String]) throws {
        for word in words where !text.contains(word) { throw ChaosFailure("'\(word)' is not in:\n\(text)") }
    }
}
