import Foundation
import PostgresClient

extension Fault {
    /// What happens to worker processes.
    static var workerFaults: [Fault] {
        [
            Fault(kind: "worker-sigkill", weight: 8, isInShortForm: true) { arena in
                try await arena.pass(.random(in: 0...1.5, using: &arena.random))
                try arena.fleet.randomSeat(&arena.random).process?.send(SIGKILL)
                try await arena.awaitProgress()
            },
            Fault(kind: "worker-sigterm", weight: 3, isInShortForm: true) { arena in
                try await arena.pass(.random(in: 0...1, using: &arena.random))
                guard let process = try arena.fleet.randomSeat(&arena.random).process else { return }
                process.send(SIGTERM)
                // 10 s are promised; a busy machine gets some more.
                try await arena.wait(upTo: 30, for: "a worker to leave after SIGTERM") { !process.isRunning }
                let ending = process.poll()
                // A worker that is told to go before it has set up its handler, or whose host failed it, may end otherwise.
                guard ending == .exit(130) || ending == .exit(3) || ending == .signal(SIGTERM) else {
                    throw ChaosFailure(
                        "after SIGTERM a worker ended with \(String(describing: ending)):\n\(process.said.suffix(1000))"
                    )
                }
                try await arena.awaitProgress()
            },
            Fault(kind: "worker-paused-past-its-lease", isInShortForm: true, perform: pauseWorker),
            Fault(kind: "worker-paused-before-completing", weight: 3, isInShortForm: true, perform: zombie),
            Fault(kind: "every-worker-sigkill", weight: 1) { arena in
                for seat in arena.fleet.seats { seat.process?.send(SIGKILL) }
                try await arena.awaitProgress()
            },
            Fault(
                kind: "worker-clock-an-hour-off",
                obstacle: { $0.clockLibrary == nil ? "there is no C compiler (cc)" : nil },
                perform: wrongClock
            ),
            Fault(
                kind: "two-workers-of-one-host-and-pid",
                obstacle: { _ in
                    Shell.succeeds(["unshare", "--pid", "--fork", "true"]) ? nil : "the kernel gives no pid namespace"
                },
                perform: twins
            ),
        ]
    }

    /// The clock must be off, and the scenes right all the same.
    private static func wrongClock(_ arena: Arena) async throws {
        guard let library = arena.clockLibrary else { return }
        let seconds = Bool.random(using: &arena.random) ? 3600 : -3600
        var place = arena.socketPlace
        place.name = "clock"
        place.environment = WrongClock.environment(library, seconds: seconds)
        let worker = try arena.fleet.startGuest(place)
        try await arena.wait(upTo: 120, for: "a scene of a worker whose clock is off") {
            worker.count(of: "scene done") > 0
        }
        let line = worker.said.split(separator: "\n").first { $0.contains("scene done") } ?? ""
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "yyyy-MM-dd'T'HH:mm:ssZ"
        let told = format.date(from: String(line.prefix(24)))?.timeIntervalSinceNow ?? 0
        guard abs(told - Double(seconds)) < 1800 else { throw ChaosFailure("the clock was not off: \(line)") }
        worker.send(SIGKILL)
        try await arena.awaitProgress()
    }

    private static func pauseWorker(_ arena: Arena) async throws {
        try await arena.pass(.random(in: 0...0.7, using: &arena.random))
        let seat = try arena.fleet.randomSeat(&arena.random)
        guard let process = seat.process else { return }
        process.send(SIGSTOP)
        try await arena.pass(arena.settings.leaseSeconds + 2)
        process.send(SIGCONT)
        try await arena.awaitProgress(of: seat)
    }

    /// A worker stops with its finished file, right before it reports it; others do the scene; then it goes on.
    private static func zombie(_ arena: Arena) async throws {
        let worker = try arena.fleet.startGuest(arena.socketPlace, killPoint: "worker.before-complete,signal=STOP")
        try await arena.wait(upTo: 90, for: "a worker to stop before completing") { worker.isStopped }
        let row = try await arena.cluster.query(
            """
            SELECT s.id, s.lease, i.name, r.name AS run, r.settings FROM occ.scenes s
            JOIN occ.workers w ON w.id = s.worker_id JOIN occ.scene_inputs i ON i.id = s.id
            JOIN occ.runs r ON r.id = s.run_id WHERE w.pid = \(worker.processID) AND s.state = 'leased'
            """
        ).single()
        let (id, lease): (Int64, Int64) = (try row.get("id"), try row.get("lease"))
        let (name, run): (String, String) = (try row.get("name"), try row.get("run"))
        guard let known = arena.runs.first(where: { $0.name == run }) else { throw ChaosFailure("no run \(run)") }
        let file = "\(known.output)/runs/\(run)/\(name).\(lease).occ.lz4"
        guard FileManager.default.fileExists(atPath: file) else { throw ChaosFailure("\(file) is not published") }
        known.expectedGarbage.append(file)
        try await arena.wait(upTo: 120, for: "another worker to do the zombie's scene") {
            let found = try? await arena.cluster.query("SELECT lease, state FROM occ.scenes WHERE id = \(id)").first
            return try found.map {
                try $0.get("lease", as: Int64.self) > lease && $0.get("state", as: String.self) == "done"
            }
                ?? false
        }
        worker.send(SIGCONT)
        try await arena.wait(upTo: 60, for: "the zombie to notice that its lease is lost") {
            worker.count(of: "result refused") + worker.count(of: "lease lost") + worker.count(of: "registering anew")
                > 0
        }
        worker.send(SIGTERM)
        try await arena.wait(upTo: 30, for: "the zombie to leave") { !worker.isRunning }
    }

    /// Two containers on one host, in each of which the worker is process 1.
    private static func twins(_ arena: Arena) async throws {
        var place = arena.socketPlace
        place.name = "twin"
        place.prefix = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
        let twins = try (0..<2).map { _ in try arena.fleet.startGuest(place) }
        for twin in twins {
            try await arena.wait(upTo: 120, for: "a scene of each twin") { twin.count(of: "scene done") > 0 }
        }
        twins[0].send(SIGKILL)
        let before = twins[1].count(of: "scene done")
        try await arena.wait(upTo: 120, for: "the other twin to go on") { twins[1].count(of: "scene done") > before }
        twins[1].send(SIGKILL)
    }
}
