import Foundation
import Storage
import Testing

/// Whole runs with real processes, a private PostgreSQL and the full-size network: minutes, not seconds.
///
/// Serialized: each run uses every core.
@Suite("Runs, end to end", .serialized, .enabled(if: Tool.isBuilt, "the programs are not built beside the tests"))
struct RunTests {
    @Test("The same run twice: the second infers nothing and says so, and both score the same")
    func twice() async throws {
        let fixture = try await Fixture.shared.value
        let logs = try FileManager.default.contentsOfDirectory(atPath: fixture.reference + "/logs").sorted()
        let sizes = try logs.map {
            try FileManager.default.attributesOfItem(atPath: fixture.reference + "/logs/" + $0)[.size] as? Int
        }
        let again = try await fixture.expect(0, fixture.runArguments(output: fixture.reference))
        #expect(again.errors.contains("nothing to do: every scene is done"))
        #expect(again.output.contains("mIoU") && again.output.contains("RayIoU"))
        let after = try logs.map {
            try FileManager.default.attributesOfItem(atPath: fixture.reference + "/logs/" + $0)[.size] as? Int
        }
        #expect(sizes == after, "a worker was started")

        let recomputed = try await fixture.expect(0, ["evaluate", "--output", fixture.reference, "--json"])
        let stored = try await fixture.expect(0, ["evaluate", "--output", fixture.reference, "--json", "--stored"])
        #expect(recomputed.output == stored.output && recomputed.output.contains("rayIoU_percent"))
        #expect(
            try Fixture.predictions(inOutput: fixture.reference).count == Fixture.sceneCount * Fixture.samplesPerScene
        )
    }

    @Test("verify finds a flipped byte and queues the scene again; the same run mends it, though the folder was moved")
    func damage() async throws {
        let fixture = try await Fixture.shared.value
        let output = fixture.folder + "/damaged"
        try FileManager.default.copyItem(atPath: fixture.reference + "/runs", toPath: output + "-runs")
        try await fixture.expect(0, fixture.runArguments(output: output))
        let runs = output + "/runs/" + (try FileManager.default.contentsOfDirectory(atPath: output + "/runs")[0])
        let files = try FileManager.default.contentsOfDirectory(atPath: runs).filter { $0.hasSuffix(".occ.lz4") }
            .sorted()
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: runs + "/" + files[0])))
        bytes[bytes.count / 2] ^= 4
        try Data(bytes).write(to: URL(fileURLWithPath: runs + "/" + files[0]))
        let report = try await fixture.expect(1, ["verify", "--output", output, "--requeue"])
        #expect(report.errors.contains("damaged") && report.errors.contains(files[0]))
        let moved = fixture.folder + "/moved"
        try FileManager.default.moveItem(atPath: output, toPath: moved)
        let mended = try await fixture.expect(0, fixture.runArguments(output: moved))
        #expect(mended.errors.contains("began when this folder was"))
        #expect(!FileManager.default.fileExists(atPath: output))
        try await fixture.expect(0, ["verify", "--output", moved])
        #expect(try Fixture.predictions(inOutput: moved) == Fixture.predictions(inOutput: fixture.reference))
    }

    @Test("A killed worker, a killed PostgreSQL, a killed scheduler: the run completes with the same predictions")
    func kills() async throws {
        let fixture = try await Fixture.shared.value
        let output = fixture.folder + "/killed"
        let partial = { () -> Int in
            guard let runs = try? FileManager.default.subpathsOfDirectory(atPath: output + "/runs") else { return 0 }
            return runs.count { $0.hasSuffix(".part") || $0.hasSuffix(".occ.lz4") }
        }
        // A worker in the middle of a scene; the scheduler starts another in its place.
        let first = try Tool.start("occ-scheduler", fixture.runArguments(output: output))
        try await first.wait(timeoutSeconds: 120, for: "a scene in work") { partial() > 0 }
        let workers = Fixture.children(of: first.processID)
        kill(try #require(workers.first), SIGKILL)
        try await first.wait(timeoutSeconds: 60, for: "the death to be noticed") { first.errors.contains("SIGKILL") }
        // Then PostgreSQL itself.
        let postmaster = try #require(Fixture.postmaster(ofOutput: output))
        kill(postmaster, SIGKILL)
        let ended = try await first.result(timeoutSeconds: 300)
        #expect([0, 3].contains(ended.status), "\(ended.errors)")
        // Then the scheduler; its workers leave by themselves.
        let second = try Tool.start("occ-scheduler", fixture.runArguments(output: output))
        try await Task.sleep(nanoseconds: 3_000_000_000)
        let orphans = Fixture.children(of: second.processID)
        kill(second.processID, SIGKILL)
        _ = try? await second.result(timeoutSeconds: 10)
        let deadline = Date().addingTimeInterval(15)
        while orphans.contains(where: { kill($0, 0) == 0 && !Self.isZombie($0) }) && Date() < deadline {
            try await Task.sleep(nanoseconds: 100_000_000)
        }
        #expect(orphans.allSatisfy { kill($0, 0) != 0 || Self.isZombie($0) }, "workers outlive their scheduler")
        while Fixture.postmaster(ofOutput: output) != nil && Date() < deadline.addingTimeInterval(15) {
            try await Task.sleep(nanoseconds: 100_000_000)
        }
        #expect(Fixture.postmaster(ofOutput: output) == nil, "the private PostgreSQL outlives its scheduler")
        // The same command again completes.
        try await fixture.expect(0, fixture.runArguments(output: output))
        try await fixture.expect(0, ["verify", "--output", output])
        #expect(try Fixture.predictions(inOutput: output) == Fixture.predictions(inOutput: fixture.reference))
        #expect(Fixture.postmaster(ofOutput: output) == nil, "the private PostgreSQL was left running")
    }

    @Test("Ctrl-C gives the scenes back, says how to go on, and the same command does")
    func interrupt() async throws {
        let fixture = try await Fixture.shared.value
        let output = fixture.folder + "/interrupted"
        let run = try Tool.start("occ-scheduler", fixture.runArguments(output: output, workers: 1))
        try await run.wait(timeoutSeconds: 120, for: "a scene in work") {
            !((try? FileManager.default.contentsOfDirectory(atPath: output + "/runs")) ?? []).isEmpty
        }
        kill(run.processID, SIGINT)
        let result = try await run.result(timeoutSeconds: 30)
        #expect(result.status == 130)
        #expect(result.errors.contains("the same command goes on"))
        let status = try await fixture.expect(0, ["status", "--output", output, "--json"])
        #expect(status.output.contains("\"leased\" : 0"), "\(status.output)")
        try await fixture.expect(0, ["cancel", "--output", output])
        let states = try Fixture.sceneStates(inOutput: output)
        #expect(states.count == Fixture.sceneCount && states.contains(.cancelled) && !states.contains(.unfinished))
        try await fixture.expect(0, fixture.runArguments(output: output))
        #expect(try Fixture.predictions(inOutput: output) == Fixture.predictions(inOutput: fixture.reference))
    }

    private static func isZombie(_ process: Int32) -> Bool {
        let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        return text.split(separator: ")").last?.split(separator: " ").first == "Z"
    }
}
