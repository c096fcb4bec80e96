import Foundation
import Storage
import Testing

/// Whole runs with real processes and a private PostgreSQL.
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

    @Test("Every sample has a score and a picture, and a run beside itself is identical")
    func samplesAndComparison() async throws {
        let fixture = try await Fixture.shared.value
        let list = try await fixture.expect(0, ["samples", "--output", fixture.reference, "--scores"])
        let total = Fixture.sceneCount * Fixture.samplesPerScene
        #expect(list.output.contains("RayIoU") && list.output.split(separator: "\n").count == total + 1)
        let worst = try await fixture.expect(0, ["samples", "--output", fixture.reference, "--worst", "2", "--json"])
        #expect(worst.output.components(separatedBy: "\"meanIoU_percent\"").count == 3)
        let pictures = fixture.folder + "/pictures"
        let scene = try #require(try Fixture.run(inOutput: fixture.reference).readManifest().scenes.first?.name)
        try await fixture.expect(
            0,
            ["picture", "--output", fixture.reference, "--scene", scene, "--all", "--to", pictures]
        )
        #expect(try FileManager.default.contentsOfDirectory(atPath: pictures).count == Fixture.samplesPerScene)

        let page = fixture.folder + "/comparison.html"
        let same = try await fixture.expect(
            0,
            ["compare", fixture.reference, fixture.reference, "--fail-below", "-0", "--html", page]
        )
        #expect(same.output.contains("no difference: A and B are identical, byte for byte, in all \(total) samples"))
        #expect(try String(contentsOfFile: page, encoding: .utf8).contains("identical"))
        let none = try await fixture.expect(2, ["compare", fixture.reference, fixture.folder + "/nowhere"])
        #expect(none.errors.contains("run B: there is no folder"))
    }

    @Test("A report's links all lead to files, another run stands beside it, and nothing but a report is replaced")
    func report() async throws {
        let fixture = try await Fixture.shared.value
        let site = fixture.folder + "/site"
        let arguments = ["report", "--output", fixture.reference, "--compare", fixture.reference, "--to", site]
        let made = try await fixture.expect(0, arguments)
        #expect(made.errors.contains("the folder takes at most"), "\(made.errors)")
        let pages = try FileManager.default.subpathsOfDirectory(atPath: site).filter { $0.hasSuffix(".html") }
        #expect(pages.count == Fixture.sceneCount + 1)
        for page in pages {
            let text = try String(contentsOfFile: "\(site)/\(page)", encoding: .utf8)
            let links = text.matches(of: /(?:src|href)="([^"]+)"/).map { String($0.1) }
            #expect(links.count >= Fixture.samplesPerScene)
            for link in links {
                let base = URL(fileURLWithPath: "\(site)/\(page)").deletingLastPathComponent()
                let path = base.appendingPathComponent(link).standardizedFileURL.path
                #expect(path.hasPrefix(site) && FileManager.default.fileExists(atPath: path), "\(page): \(link)")
            }
        }
        let again = try await fixture.expect(2, arguments)
        #expect(again.errors.contains("--force"), "\(again.errors)")
        try await fixture.expect(0, arguments + ["--force", "--stills", "worst", "--worst", "1"])
        let pictures = try FileManager.default.subpathsOfDirectory(atPath: site + "/pictures")
        #expect(pictures.count { $0.hasSuffix(".webp") } == Fixture.sceneCount + 2, "\(pictures)")
        let foreign = try await fixture.expect(2, arguments.dropLast() + [fixture.dataset, "--force"])
        #expect(foreign.errors.contains("holds other files than a report"), "\(foreign.errors)")
        #expect(FileManager.default.fileExists(atPath: fixture.dataset + "/v1.0-mini"))
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
        let fixture = try await Fixture.fullSize.value
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
        try await first.wait(timeoutSeconds: 60, for: "another PostgreSQL") {
            let other = Fixture.postmaster(ofOutput: output)
            return other != nil && other != postmaster && first.errors.contains("the private PostgreSQL has died")
        }
        // Then the scheduler, with work left; its workers leave by themselves.
        try await first.wait(timeoutSeconds: 60, for: "workers") {
            Fixture.children(of: first.processID).contains { !Self.isZombie($0) }
        }
        let orphans = Fixture.children(of: first.processID)
        kill(first.processID, SIGKILL)
        #expect(try await first.result(timeoutSeconds: 10).status == SIGKILL)
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
        let again = try await fixture.expect(0, fixture.runArguments(output: output))
        #expect(!again.errors.contains("nothing to do"), "\(again.errors)")
        try await fixture.expect(0, ["verify", "--output", output])
        #expect(try Fixture.predictions(inOutput: output) == Fixture.predictions(inOutput: fixture.reference))
        #expect(Fixture.postmaster(ofOutput: output) == nil, "the private PostgreSQL was left running")
    }

    @Test("Ctrl-C gives the scenes back, says how to go on, and the same command does")
    func interrupt() async throws {
        let fixture = try await Fixture.fullSize.value
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

    @Test(
        "A cut label file costs its sample and an absent one its own; both are told apart, and no stored count stands in"
    )
    func labelFiles() async throws {
        let fixture = try await Fixture.shared.value
        let elsewhere = fixture.folder + "/labels"
        try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: true)
        for part in ["gts", "v1.0-mini"] {
            try FileManager.default.copyItem(atPath: "\(fixture.dataset)/\(part)", toPath: "\(elsewhere)/\(part)")
        }
        let scenes = try FileManager.default.contentsOfDirectory(atPath: elsewhere + "/gts").sorted()
        func labels(_ scene: String, _ sample: Int) throws -> String {
            let folder = "\(elsewhere)/gts/\(scene)"
            return
                "\(folder)/\(try FileManager.default.contentsOfDirectory(atPath: folder).sorted()[sample])/labels.npz"
        }
        let arguments = ["evaluate", "--output", fixture.reference, "--dataset-root", elsewhere]
        try await fixture.expect(0, arguments)
        for scene in scenes {
            let whole = try Data(contentsOf: URL(fileURLWithPath: labels(scene, 0)))
            try whole.prefix(3000).write(to: URL(fileURLWithPath: labels(scene, 0)))
        }
        try FileManager.default.removeItem(atPath: labels(scenes[0], 1))
        let total = Fixture.sceneCount * Fixture.samplesPerScene
        let scored = total - scenes.count - 1
        let text = try await fixture.expect(1, arguments)
        #expect(text.output.contains("\(scored) of \(total) samples") && text.output.contains("RayIoU"))
        #expect(text.errors.contains("the ground truth of \(scenes.count) samples is damaged: \(scenes[0]) "))
        #expect(text.errors.contains("1 sample has no ground truth: \(scenes[0]) "))
        let json = try await fixture.expect(1, arguments + ["--json"])
        #expect(json.output.contains("\"truthGaps\"") && json.output.contains("\"absent\""))
        // A scene that was asked for, one sample of which is damaged.
        try await fixture.expect(1, arguments + ["--scene", scenes[1]])
        for sample in 1..<Fixture.samplesPerScene {
            for scene in scenes { try Data("PK".utf8).write(to: URL(fileURLWithPath: labels(scene, sample))) }
        }
        let nothing = try await fixture.expect(1, arguments)
        #expect(nothing.errors.contains("no score: the ground truth of \(total) samples is damaged"))
        #expect(!nothing.errors.contains("test split"))
        for scene in scenes { try FileManager.default.removeItem(atPath: "\(elsewhere)/gts/\(scene)") }
        let none = try await fixture.expect(2, arguments)
        #expect(none.errors.contains("no sample of the run has ground truth"))
    }

    @Test(
        "Pictures that are not the size of their tables stop a run before anything is queued; rescaling makes a run of its own"
    )
    func pictureSizes() async throws {
        let fixture = try await Fixture.shared.value
        let small = fixture.folder + "/small"
        let halved = fixture.folder + "/halved"
        try await fixture.expect(
            0,
            [
                "make-dataset", "--scenes", "\(Fixture.sceneCount)", "--samples", "\(Fixture.samplesPerScene)",
                "--seed", "7",
                "--to", small, "--width", "200", "--height", "112", "--without-lidar",
            ]
        )
        try FileManager.default.copyItem(atPath: fixture.dataset, toPath: halved)
        try FileManager.default.removeItem(atPath: halved + "/samples")
        try FileManager.default.copyItem(atPath: small + "/samples", toPath: halved + "/samples")
        let output = fixture.folder + "/halved-out"
        func arguments(_ more: String...) -> [String] {
            [
                "run", "--dataset", halved, "--version", "v1.0-mini", "--model", fixture.model, "--output", output,
                "--workers", "2",
            ] + more
        }
        let refused = try await fixture.expect(2, arguments())
        #expect(refused.errors.contains("200 x 112") && refused.errors.contains("400 x 225"))
        #expect(refused.errors.contains("--rescale-intrinsics"))
        #expect(!FileManager.default.fileExists(atPath: output))
        let rescaled = try await fixture.expect(0, arguments("--rescale-intrinsics"))
        #expect(rescaled.output.contains("mIoU"))
        #expect(try Fixture.run(inOutput: output).readManifest().settings["rescaleIntrinsics"] == "true")
        let unchecked = try await fixture.expect(1, arguments("--check-pictures", "none"))
        #expect(unchecked.errors.contains("2 failed") && unchecked.errors.contains("200 x 112"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: output + "/runs").count == 2)
    }

    private static func isZombie(_ process: Int32) -> Bool {
        let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        return text.split(separator: ")").last?.split(separator: " ").first == "Z"
    }
}
