import Foundation
import PostgresClient
import SystemSupport
import TestSupport

/// Everything that faults act upon: server, workers, runs under way, and the ledger beside them.
///
/// The suite is one task: whatever waits here also keeps workers running, runs coming and the ledger filled.
final class Arena {
    let settings: ChaosSettings
    let folder: String
    let cluster: Cluster
    let ledger: Ledger
    let fleet: Fleet
    let disk: OutputDisk
    let island: NetworkIsland?
    let pooler: Pooler?
    let proxy: HalfOpenProxy
    /// Library that shifts a program's clock; nil where it is not installed.
    let clockLibrary: String?
    var random: SeededGenerator
    private(set) var runs: [ChaosRun] = []
    /// A finished and audited run whose files are still there, for damage.
    private(set) var kept: ChaosRun?
    var tally = Tally()
    var reference = Predictions()
    var referenceScore = ""
    private var runNumber = 0
    private var submission: (run: ChaosRun, process: Child, startedAt: Double)?
    private var lookAt = 0.0
    /// Whether new runs are submitted while others are short of scenes.
    var isFeeding = false
    private var isFeedingNow = false

    init(_ settings: ChaosSettings) throws {
        self.settings = settings
        random = SeededGenerator(seed: settings.seed)
        var template = "/tmp/occ-chaos-XXXXXX".utf8CString.map { $0 }
        guard mkdtemp(&template) != nil else { throw ChaosFailure("mkdtemp: \(String(cString: strerror(errno)))") }
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        // The server's account must be able to pass, and must not stand in a folder that it may not enter.
        chmod(folder, 0o755)
        chdir("/")
        _ = try Caretaker(folder: folder, namespace: NetworkIsland.name(of: getpid()))
        for name in ["db", "logs", "commands"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        disk = try OutputDisk(path: folder + "/out")
        if let obstacle = NetworkIsland.obstacle() {
            say("partitions are skipped: \(obstacle)")
            island = nil
        } else {
            island = try NetworkIsland()
        }
        cluster = try Cluster(
            folder: folder + "/db",
            addresses: ["127.0.0.1"] + (island.map { [$0.hostAddress] } ?? [])
        )
        ledger = Ledger(cluster)
        proxy = try HalfOpenProxy(to: cluster.port)
        if Pooler.program == nil { say("PgBouncer faults are skipped: it is not installed") }
        pooler = Pooler.program == nil ? nil : try Pooler(folder: folder + "/pooler", cluster: cluster)
        clockLibrary = WrongClock.make(in: folder)
        if clockLibrary == nil { say("wrong clocks are skipped: there is no C compiler (cc)") }
        fleet = Fleet(
            program: settings.programs + "/occ-worker",
            folder: folder + "/logs",
            leaseSeconds: settings.leaseSeconds
        )
    }

    var dataset: String { folder + "/dataset" }
    var model: String { folder + "/chaos.occmodel" }

    /// Makes server, dataset, model and the undisturbed run.
    func prepare() async throws {
        try await cluster.start()
        try await cluster.query("CREATE ROLE \(Cluster.user) LOGIN", database: "postgres")
        try await cluster.query(
            "CREATE ROLE \(Cluster.guardedUser) LOGIN IN ROLE \(Cluster.user)",
            database: "postgres"
        )
        try await cluster.query("CREATE DATABASE \(Cluster.database) OWNER \(Cluster.user)", database: "postgres")
        try TinyModel.write(to: model)
        try await expect(
            0,
            [
                "make-dataset", "--scenes", "\(settings.sceneCount)", "--samples", "\(settings.sampleCount)", "--seed",
                "7", "--to", dataset, "--width", "64", "--height", "36", "--without-lidar",
            ]
        )
        try await expect(0, ["migrate"])
        try await ledger.install()
        for place in places() { fleet.add(place) }
        let run = newRun("reference")
        try await expect(0, submitArguments(run))
        try await wait(upTo: 300, for: "the undisturbed run") { try await self.isFinished(run) }
        reference = try await audit(run, against: nil)
        referenceScore = try await expect(0, ["evaluate", "--output", run.output, "--run", run.name, "--json"]).written
        kept = run
    }

    /// Ends everything and removes what was made, but for the logs of a failure.
    func close(keepsFiles: Bool) async {
        fleet.end()
        submission?.process.end()
        try? await cluster.stop(SIGQUIT)
        try? await pooler?.stop(SIGKILL)
        if keepsFiles { _ = FileManager.default.createFile(atPath: folder + "/keep", contents: nil) }
    }

    // MARK: - Time

    /// Lets time pass.
    func pass(_ seconds: Double) async throws {
        let end = MonotonicClock.nowSeconds + seconds
        repeat {
            try await tend()
            try await Task.sleep(nanoseconds: 20_000_000)
        } while MonotonicClock.nowSeconds < end
    }

    /// Waits until a condition holds; its absence after the limit is a failure.
    @discardableResult
    func wait(upTo seconds: Double, for what: String, until condition: () async throws -> Bool) async throws -> Double {
        let start = MonotonicClock.nowSeconds
        while try await !condition() {
            guard MonotonicClock.nowSeconds < start + seconds else {
                throw ChaosFailure("waited \(Int(seconds)) s in vain for \(what)")
            }
            try await tend()
            try await Task.sleep(nanoseconds: 20_000_000)
        }
        return MonotonicClock.nowSeconds - start
    }

    /// Waits until work goes on, and gives how long that took.
    @discardableResult
    func awaitProgress() async throws -> Double {
        let before = ledger.acceptedCount
        let seconds = try await wait(upTo: 180, for: "any scene to be accepted") { self.ledger.acceptedCount > before }
        tally.recoveries.append(seconds)
        return seconds
    }

    /// Waits until one worker's place gets a scene done.
    func awaitProgress(of seat: Fleet.Seat) async throws {
        // The first may have been on its way when the fault struck.
        let before = seat.sceneCount + seat.place.slots
        let seconds = try await wait(upTo: 180, for: "\(seat.place.name) to get a scene done") {
            seat.sceneCount > before
        }
        tally.recoveries.append(seconds)
    }

    private func tend() async throws {
        try fleet.tend()
        try noteSubmission()
        let now = MonotonicClock.nowSeconds
        guard now >= lookAt, cluster.isReachable else { return }
        lookAt = now + 0.25
        await ledger.observe()
        guard isFeeding, !isFeedingNow else { return }
        // Feeding runs commands, and waiting for those comes back here.
        isFeedingNow = true
        defer { isFeedingNow = false }
        try await feed()
    }

    /// Does something that would make an operator's commands fail, and holds those back meanwhile.
    func disturbed<R>(_ body: () async throws -> R) async throws -> R {
        let wasFeeding = isFeeding
        isFeeding = false
        defer { isFeeding = wasFeeding }
        return try await body()
    }

    // MARK: - Commands

    /// Starts the scheduler with a command.
    func scheduler(
        _ arguments: [String],
        killPoint: String? = nil,
        usesCluster: Bool = true,
        database: String? = nil,
        programs: String? = nil,
        environment: [String: String?] = [:]
    ) throws -> Child {
        runNumber += 1
        let base = "\(folder)/commands/\(runNumber)-\(arguments.first ?? "")"
        return try Child(
            [(programs ?? settings.programs) + "/occ-scheduler"] + arguments,
            environment: environment.merging(
                ["OCC_DATABASE_URL": usesCluster ? database ?? cluster.socketURL : nil, "OCC_KILL_POINT": killPoint]
            ) { $1 },
            log: base + ".log",
            output: base + ".out"
        )
    }

    /// Runs the scheduler to its end.
    func finish(_ child: Child, upTo seconds: Double = 120) async throws -> Child.Ending {
        try await wait(upTo: seconds, for: "a command to end; it said: \(child.said.suffix(500))") { !child.isRunning }
        guard let ending = child.poll() else { throw ChaosFailure("a command did not end") }
        return ending
    }

    /// Runs the scheduler and demands an exit code.
    @discardableResult
    func expect(_ code: Int32, _ arguments: [String], database: String? = nil) async throws -> Child {
        let child = try scheduler(arguments, database: database)
        let ending = try await finish(child)
        guard ending == .exit(code) else {
            throw ChaosFailure(
                "occ-scheduler \(arguments.joined(separator: " ")) ended with \(ending), not \(code):\n\(child.said)"
            )
        }
        return child
    }

    // MARK: - Runs

    /// A run with an output folder of its own, not yet submitted.
    func newRun(_ kind: String = "run") -> ChaosRun {
        runNumber += 1
        let name = "\(kind)-\(runNumber)"
        return ChaosRun(name: name, output: "\(disk.path)/\(name)", sceneCount: settings.sceneCount)
    }

    /// A path that nothing stands at.
    func newFolder(_ kind: String) -> String {
        runNumber += 1
        return "\(folder)/\(kind)-\(runNumber)"
    }

    func submitArguments(_ run: ChaosRun) -> [String] {
        [
            "submit", "--dataset", dataset, "--version", "v1.0-mini", "--model", model, "--output", run.output, "--run",
            run.name,
        ]
    }

    /// Takes a run that a fault submitted among those to be finished and audited.
    func adopt(_ run: ChaosRun) {
        run.isSubmitted = true
        runs.append(run)
    }

    /// Whether every scene of a run is done; scenes that faults got quarantined are put back, as an operator would.
    func isFinished(_ run: ChaosRun) async throws -> Bool {
        guard
            let row = try? await cluster.query(
                """
                SELECT count(*) FILTER (WHERE s.state = 'done') AS done,
                    count(*) FILTER (WHERE s.state IN ('queued', 'leased')) AS open, count(*) AS scenes
                FROM occ.scenes s JOIN occ.runs r ON r.id = s.run_id WHERE r.name = '\(run.name)'
                """
            ).first
        else { return false }
        let (done, open, scenes): (Int, Int, Int) = (try row.get("done"), try row.get("open"), try row.get("scenes"))
        guard scenes == run.sceneCount else {
            throw ChaosFailure("run \(run.name) has \(scenes) scenes, \(run.sceneCount) were submitted")
        }
        if done == scenes { return true }
        if open == 0 {
            tally.retriedScenes += scenes - done
            try await expect(0, ["retry", "--run", run.name])
        }
        return false
    }

    /// Audits finished runs and keeps the queue from running dry.
    private func feed() async throws {
        guard submission == nil else { return }
        for run in runs where run.isSubmitted {
            guard try await isFinished(run) else { continue }
            try await conclude(run)
            return
        }
        guard runs.count < 3,
            let row = try? await cluster.query(
                "SELECT count(*) AS queued FROM occ.scenes WHERE state = 'queued'"
            ).first, try row.get("queued", as: Int.self) < settings.sceneCount / 2
        else { return }
        let run = newRun()
        submission = (run, try scheduler(submitArguments(run)), MonotonicClock.nowSeconds)
    }

    /// A submission that a fault hit is given again, as an operator would.
    private func noteSubmission() throws {
        guard let (run, process, startedAt) = submission, let ending = process.poll() else { return }
        submission = nil
        if ending == .exit(0) {
            adopt(run)
        } else {
            guard MonotonicClock.nowSeconds - startedAt < 300 else { throw ChaosFailure("submit: \(process.said)") }
            tally.repeatedSubmissions += 1
            submission = (run, try scheduler(submitArguments(run)), startedAt)
        }
    }

    /// Audits a run, and keeps its files until the next one is audited.
    private func conclude(_ run: ChaosRun) async throws {
        try await audit(run, against: reference)
        runs.removeAll { $0 === run }
        if let kept { try? FileManager.default.removeItem(atPath: kept.output) }
        kept = run
    }

    /// Takes the kept run back among those under way, because its files are about to be damaged.
    func takeKept() async throws -> ChaosRun {
        try await wait(upTo: 180, for: "a finished run") { self.kept != nil }
        guard let run = kept else { throw ChaosFailure("there is no finished run") }
        kept = nil
        return run
    }

    /// Gives it back when it is whole again.
    func giveBack(_ run: ChaosRun) {
        if let kept { try? FileManager.default.removeItem(atPath: kept.output) }
        kept = run
    }

    /// Finishes everything that is under way.
    func drain() async throws {
        isFeeding = false
        try await wait(upTo: 180, for: "a submission to end") { self.submission == nil }
        while let run = runs.first {
            try await wait(upTo: 400, for: "run \(run.name) to be finished") { try await self.isFinished(run) }
            try await conclude(run)
        }
    }
}
