import TestSupport

@testable import JobQueue
@testable import Worker

/// A small world of workers, scenes, files and one database, as one hashable value: a state of the model check.
///
/// Time is in whole units of a heartbeat interval. Calls reach the database in any order, one after the other, and are answered
/// at once, unless a fault is spent on them; slots take any time for a sample; time passes when no call is fresh.
struct World: Hashable, Sendable {
    /// What may go wrong; each use costs one of `faultsLeft`.
    enum Fault: Hashable, Sendable, CaseIterable {
        /// A process is killed; another one takes its place.
        case crash
        /// A process is stopped and continued (SIGSTOP, SIGCONT) at any later time.
        case pause
        /// Nothing passes between a process and the database until any later time.
        case partition
        /// A call is refused: no effect, an error.
        case refuse
        /// A call takes effect, the caller gets an error.
        case loseReply
        /// The caller gets an error, and the call takes effect at any later time, or never.
        case ghost
        /// A call takes effect at any later time, and is answered then.
        case slowRequest
        /// A call takes effect now and is answered at any later time.
        case slowReply
        /// A call is refused for good: no effect, and an error that says so.
        case deny
        /// The database's clock jumps ahead by more than the expiry.
        case clockJump
    }

    /// Which world, and how it is broken on purpose.
    struct Settings: Hashable, Sendable {
        var workers = 2
        var scenes = 2
        var samples = 1
        var slots = 1
        var faults: Set<Fault> = Set(Fault.allCases)
        var faultBudget = 1
        /// Units of time until which the world is explored.
        var horizon = 8.0
        var beatSeconds = 1.0
        var expirySeconds = 3.0
        /// Negative: the worker never stops by itself.
        var marginSeconds = 1.0
        var flaws = QueueModel.Flaws()
        /// Files carry the scene's name only, so that the next lease goes on in the file of the one before.
        var sharesFiles = false
    }

    enum CallState: Hashable, Sendable {
        case fresh
        case slow
        /// The caller knows nothing of it any more.
        case ghost
        case answered(ShellModel.Reply)
    }

    struct Flight: Hashable, Sendable {
        var seat: Int
        /// The process that called; a later one in the same seat gets no answer of it.
        var process: Int
        var call: ShellModel.Call
        var state: CallState
    }

    struct SlotWork: Hashable, Sendable {
        var key: LeaseKey
        /// Samples that this slot knows to be in its file; nil before the file is made.
        var samples: Int?
        var level = StopFlag.Level.run
    }

    struct Seat: Hashable, Sendable {
        var process = 0
        var shell: ShellModel?
        var slots: [SlotWork?]
        var isPaused = false
        var isCutOff = false
    }

    struct File: Hashable, Sendable {
        var scene: Int64
        var lease: Int64
        var samples = 0
        var isFinished = false
        /// Two writers wrote over each other, or one wrote after the end.
        var isTorn = false
    }

    let settings: Settings
    var queue: QueueModel
    var seats: [Seat]
    var flights: [Flight] = []
    var files: [File] = []
    var faultsLeft: Int
    /// True time; every process's monotonic clock shows it.
    var now = 0.0
    /// What the last step broke, found where it happened.
    var violation: String?

    init(_ settings: Settings) {
        self.settings = settings
        queue = QueueModel(
            sceneCount: settings.scenes,
            sampleCount: settings.samples,
            timing: .init(expirySeconds: settings.expirySeconds, reapIntervalSeconds: 0),
            flaws: settings.flaws
        )
        faultsLeft = settings.faultBudget
        seats = Array(
            repeating: Seat(slots: Array(repeating: nil, count: settings.slots)),
            count: settings.workers
        )
        for seat in seats.indices { launch(seat) }
    }

    mutating func launch(_ seat: Int) {
        var machineSettings = WorkerStateMachine.Settings(slotCount: settings.slots)
        machineSettings.shortestPollSeconds = 1
        machineSettings.longestPollSeconds = 1
        machineSettings.idleReapSeconds = 1
        machineSettings.otherReapSeconds = 1
        // So that one refusal of a contact, or two of writes, show how a worker leaves for it.
        machineSettings.patience = .init(refusalSeconds: 0, refusals: 1, refusedWrites: 2, outageSeconds: 1e9)
        let machine = WorkerStateMachine(
            settings: machineSettings,
            leaseGuard: LeaseGuard(
                beatSeconds: settings.beatSeconds,
                expirySeconds: settings.expirySeconds,
                marginSeconds: settings.marginSeconds
            )
        )
        seats[seat].process += 1
        seats[seat].shell = ShellModel(machine: machine, firstToken: (seat * 10 + seats[seat].process) * 1000)
        seats[seat].slots = Array(repeating: nil, count: settings.slots)
        feed(.tick, to: seat)
    }

    // MARK: - Processes

    mutating func feed(_ event: WorkerEvent, to seat: Int) {
        guard var shell = seats[seat].shell else { return }
        let effects = shell.handle(event, now: now)
        seats[seat].shell = shell
        carryOut(effects, seat)
    }

    mutating func answer(_ reply: ShellModel.Reply?, to flight: Flight) {
        guard seats[flight.seat].process == flight.process, var shell = seats[flight.seat].shell else { return }
        let effects = shell.receive(reply, to: flight.call, now: now)
        seats[flight.seat].shell = shell
        carryOut(effects, flight.seat)
    }

    private mutating func carryOut(_ effects: [ShellModel.Effect], _ seat: Int) {
        for effect in effects {
            switch effect {
            case .call(let call):
                let flight = Flight(seat: seat, process: seats[seat].process, call: call, state: .fresh)
                if Self.isOfConsequence(call) {
                    flights.append(flight)
                } else {
                    answer(seats[seat].isCutOff ? nil : queue.perform(call), to: flight)
                }
            case .start(let slot, let key): seats[seat].slots[slot] = SlotWork(key: key)
            case .raise(let slot, let level):
                if let now = seats[seat].slots[slot]?.level { seats[seat].slots[slot]?.level = max(now, level) }
            case .exit: seats[seat].shell = nil
            case .decided(let action): judge(action, seat)
            }
        }
    }

    /// A decision about a scene must rest on a lease that is still the newest, unless the database's clock jumped.
    private mutating func judge(_ action: WorkerAction, _ seat: Int) {
        guard !settings.faults.contains(.clockJump) else { return }
        switch action {
        case .start(_, let key), .complete(let key, _), .fail(let key, _, _), .reportProgress(let key, _):
            let newest = queue.scene(key.scene).machine.lease
            if newest > key.lease {
                violation = "worker \(seat) acts on scene \(key.scene) under lease \(key.lease); lease \(newest) is out"
            }
        default: break
        }
    }

    /// Progress and looks for vanished workers change nothing by being late or lost, so they take effect at once.
    static func isOfConsequence(_ call: ShellModel.Call) -> Bool {
        switch call {
        case .progress, .reap: false
        default: true
        }
    }

    // MARK: - Slots

    /// One step of a slot: make the file, store a sample, or finish.
    mutating func stepSlot(_ seat: Int, _ slot: Int) {
        guard let work = seats[seat].slots[slot] else { return }
        if work.level > .run {
            seats[seat].slots[slot] = nil
            return feed(.slotEnded(work.key, .stopped, samples: work.samples ?? 0), to: seat)
        }
        guard let samples = work.samples else {
            let adopted = makeFile(work.key)
            seats[seat].slots[slot]?.samples = adopted
            if adopted > 0 { feed(.sampleStored(work.key, samples: adopted), to: seat) }
            return
        }
        if samples < settings.samples {
            write(work.key, at: samples)
            seats[seat].slots[slot]?.samples = samples + 1
            feed(.sampleStored(work.key, samples: samples + 1), to: seat)
        } else {
            finish(work.key, samples)
            seats[seat].slots[slot] = nil
            feed(.slotEnded(work.key, .finished(Self.result), samples: samples), to: seat)
        }
    }

    /// Its content does not matter: `files` are the truth of this world.
    private static let result = SceneResult(fileName: "f", byteCount: 1, sampleCount: 1, digest: "d")

    private func fileIndex(_ key: LeaseKey) -> Int? {
        files.firstIndex { $0.scene == key.scene && (settings.sharesFiles || $0.lease == key.lease) }
    }

    /// Starts a lease's file with what the best earlier one holds; gives the samples in it.
    private mutating func makeFile(_ key: LeaseKey) -> Int {
        if let index = fileIndex(key) {
            if !settings.sharesFiles { violation = "lease \(key.lease) of scene \(key.scene) has a file already" }
            return files[index].samples
        }
        let earlier = files.filter { $0.scene == key.scene && $0.lease < key.lease }.map(\.samples).max() ?? 0
        files.append(File(scene: key.scene, lease: key.lease, samples: earlier))
        files.sort { ($0.scene, $0.lease) < ($1.scene, $1.lease) }
        return earlier
    }

    private mutating func write(_ key: LeaseKey, at offset: Int) {
        guard let index = fileIndex(key) else { return }
        if files[index].samples != offset || files[index].isFinished { files[index].isTorn = true }
        files[index].samples = max(files[index].samples, offset + 1)
    }

    private mutating func finish(_ key: LeaseKey, _ samples: Int) {
        guard let index = fileIndex(key) else { return }
        if files[index].samples != samples || files[index].isFinished { files[index].isTorn = true }
        files[index].isFinished = true
    }

    // MARK: - Telling states apart

    /// A hash of what decides the future.
    ///
    /// Claim tokens only ever are equal or not, so they are named in order of appearance.
    var fingerprint: Int {
        var names: [Int: Int] = [:]
        func name(_ token: Int) -> Int {
            let name = names[token] ?? names.count + 1
            names[token] = name
            return name
        }
        var canonical = self
        for seat in seats.indices {
            canonical.seats[seat].shell?.nextToken = 0
            if let unresolved = seats[seat].shell?.unresolved, !unresolved.isEmpty {
                canonical.seats[seat].shell?.unresolved = unresolved.map(name)
            }
        }
        for (index, flight) in flights.enumerated() {
            guard case .claim(let worker, let limit, let token, let unresolved) = flight.call else { continue }
            canonical.flights[index].call = .claim(
                worker,
                limit: limit,
                token: name(token),
                unresolved: unresolved.map(name)
            )
        }
        canonical.queue.renameTokens(names)
        var hasher = Hasher()
        hasher.combine(canonical.queue)
        hasher.combine(canonical.seats)
        hasher.combine(canonical.flights)
        hasher.combine(files)
        hasher.combine(faultsLeft)
        hasher.combine(now)
        hasher.combine(violation)
        return hasher.finalize()
    }

    // MARK: - What must hold in every state

    /// The first rule of `docs/reliability.md` that this state breaks.
    func brokenRule(before: World) -> String? {
        if let violation { return violation }
        for (index, scene) in queue.scenes.enumerated() {
            let id = Int64(index + 1)
            guard (scene.result != nil) == (scene.machine.state == .done) else {
                return "scene \(id) is \(scene.machine.state) with result \(scene.result.map(String.init) ?? "none")"
            }
            if let old = before.queue.scenes[index].result, old != scene.result {
                return "scene \(id): the result of lease \(old) was replaced"
            }
            if scene.machine.lease < before.queue.scenes[index].machine.lease {
                return "scene \(id): a lease was reused"
            }
            guard let result = scene.result else { continue }
            if result != scene.machine.lease {
                return
                    "scene \(id): the result of lease \(result) was accepted though lease \(scene.machine.lease) is out"
            }
            guard let file = fileIndex(LeaseKey(scene: id, lease: result)).map({ files[$0] }) else {
                return "scene \(id): the accepted result has no file"
            }
            if file.isTorn || !file.isFinished || file.samples != settings.samples {
                return "scene \(id): the accepted file is torn, unfinished or short: \(file)"
            }
        }
        return nil
    }
}
