import Foundation
import SystemSupport

extension Fault {
    /// SIGKILL exactly between two steps: one kind for each named point.
    static var killPointFaults: [Fault] {
        KillPoint.allCases.map { point in
            var fault = Fault(kind: "kill-point:\(point.rawValue)", weight: 1) { arena in
                try await kill(arena, at: point)
            }
            fault.isInShortForm = [
                .sampleTorn, .sceneFileRenamed, .beforeComplete, .afterComplete, .submitBeforeCommit,
            ].contains(point)
            return fault
        }
    }

    private static func kill(_ arena: Arena, at point: KillPoint) async throws {
        switch point {
        case .beforeSubmit, .sceneSubmitted, .submitBeforeCommit, .submitAfterCommit, .runFolderMade:
            let run = arena.newRun()
            try await submitKilled(arena, run, at: point)
        case .manifestBeforeSync, .manifestAfterSync, .manifestRenamed, .manifestPublished:
            let run = try await arena.takeKept()
            try await killed(arena, ["resume", "--run", run.name, "--workers", "0"], at: point)
            try await arena.audit(run, against: arena.reference)
            arena.giveBack(run)
        case .fileBeforeSync, .fileAfterSync, .fileRenamed, .filePublished:
            let run = try await arena.takeKept()
            let export = [
                "export", "--output", run.output, "--run", run.name, "--format", "labels", "--to",
                "\(arena.folder)/export-\(run.name)",
            ]
            try await killed(arena, export, at: point)
            try await arena.expect(0, export)
            try? FileManager.default.removeItem(atPath: "\(arena.folder)/export-\(run.name)")
            arena.giveBack(run)
        case .beforeRemoval, .afterRemoval:
            let run = try await arena.takeKept()
            try plantGarbage(run)
            try await killed(arena, ["gc", "--output", run.output, "--run", run.name], at: point)
            try await arena.audit(run, against: arena.reference)
            arena.giveBack(run)
        case .beforeFail, .afterFail:
            try await failKilled(arena, at: point)
        case .beforeRelease, .afterRelease, .beforeRetire, .afterRetire:
            try await stopKilled(arena, at: point)
        default:
            let passage = Int.random(in: 1...3, using: &arena.random)
            let onlyOnce: [KillPoint] = [.beforeRegister, .afterRegister]
            let setting = onlyOnce.contains(point) ? point.rawValue : "\(point.rawValue),after=\(passage)"
            let worker = try arena.fleet.startGuest(arena.socketPlace, killPoint: setting)
            try await arena.wait(upTo: 90, for: "a worker to reach \(point.rawValue)") { !worker.isRunning }
            guard worker.poll() == .signal(SIGKILL) else {
                throw ChaosFailure("a worker with kill point \(setting) ended otherwise:\n\(worker.said.suffix(1000))")
            }
            try await arena.awaitProgress()
        }
    }

    /// A worker that is told to stop gives its scene back and says goodbye; it is killed while it does.
    private static func stopKilled(_ arena: Arena, at point: KillPoint) async throws {
        for _ in 0..<5 {
            let worker = try arena.fleet.startGuest(arena.socketPlace, killPoint: point.rawValue)
            try await arena.wait(upTo: 90, for: "a guest to start a scene") { worker.count(of: "scene started") > 0 }
            worker.send(SIGTERM)
            try await arena.wait(upTo: 30, for: "the guest to end") { !worker.isRunning }
            // Otherwise it was between two scenes, with nothing to give back.
            if worker.poll() == .signal(SIGKILL) { return _ = try await arena.awaitProgress() }
        }
        throw ChaosFailure("no worker reached \(point.rawValue)")
    }

    /// Runs a command that is killed at a point.
    private static func killed(_ arena: Arena, _ arguments: [String], at point: KillPoint) async throws {
        let child = try arena.scheduler(arguments, killPoint: point.rawValue)
        let ending = try await arena.finish(child)
        guard ending == .signal(SIGKILL) else {
            throw ChaosFailure("\(arguments[0]) did not reach \(point.rawValue): \(ending)\n\(child.said)")
        }
    }

    private static func submitKilled(_ arena: Arena, _ run: ChaosRun, at point: KillPoint) async throws {
        try await killed(arena, arena.submitArguments(run), at: point)
        try await arena.expect(0, arena.submitArguments(run))
        arena.adopt(run)
    }

    /// A file that `gc` finds superfluous: the accepted lease's own, under its name while it was written.
    static func plantGarbage(_ run: ChaosRun) throws {
        let folder = "\(run.output)/runs/\(run.name)"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".occ.lz4") {
            let stem = name.dropLast(".occ.lz4".count)
            try FileManager.default.copyItem(atPath: "\(folder)/\(name)", toPath: "\(folder)/.partial/\(stem).part")
        }
    }

    /// A scene whose picture is missing fails; the worker that says so is killed; then the picture is back.
    private static func failKilled(_ arena: Arena, at point: KillPoint) async throws {
        let pictures = arena.dataset + "/samples/CAM_BACK"
        let names = try FileManager.default.contentsOfDirectory(atPath: pictures).sorted()
        guard let name = names.randomElement(using: &arena.random) else { throw ChaosFailure("no pictures") }
        // Submission refuses a dataset with a hole, so the hole comes after it.
        let run = arena.newRun()
        try await arena.expect(0, arena.submitArguments(run))
        arena.adopt(run)
        try await arena.disturbed {
            let hidden = "\(arena.folder)/hidden.jpg"
            arena.fleet.hold()
            try FileManager.default.moveItem(atPath: "\(pictures)/\(name)", toPath: hidden)
            defer {
                try? FileManager.default.moveItem(atPath: hidden, toPath: "\(pictures)/\(name)")
                arena.fleet.resume()
            }
            let worker = try arena.fleet.startGuest(arena.socketPlace, killPoint: point.rawValue)
            try await arena.wait(upTo: 120, for: "a worker to reach \(point.rawValue)") { !worker.isRunning }
        }
        try await arena.awaitProgress()
    }
}
