import PostgresClient
import Storage
import TestSupport

@testable import JobQueue
@testable import Worker

/// A cluster in one thread: N workers (the product's state machine), one database (`QueueModel`), one disk
/// (`SimulatedFileSystem` under the product's `SceneFileWriter` and reader), a fake clock, and a seed that decides everything.
///
/// Time jumps from event to event. Faults come from `FaultPlan`; this file holds the clock and what every event does.
final class Cluster {
    struct Settings {
        var hosts = 2
        var workersOnHost = 2
        var slots = 2
        var scenes = 8
        var samples = 3
        /// Seconds a sample takes, at most.
        var longestSampleSeconds = 6.0
        var longestLatencySeconds = 0.05
        var timing = QueueTiming()
    }

    enum Event {
        case tick(seat: Int, process: Int)
        case arrive(Flight)
        case answer(Flight, ShellModel.Reply?)
        case slot(seat: Int, process: Int, slot: Int, key: LeaseKey)
        case launch(seat: Int)
        case fault(Fault)
        case heal(Fault)
    }

    struct Flight {
        var seat: Int
        var process: Int
        var call: ShellModel.Call
        /// The caller was told of an error; the request is still on its way.
        var isGhost = false
    }

    /// A slot's work: the steps of the product's `SceneJob`, one at a time.
    struct Work {
        var key: LeaseKey
        var level = StopFlag.Level.run
        var writer: SceneFileWriter?
    }

    struct Seat {
        var host: Int
        var process = 0
        var shell: ShellModel?
        var slots: [Work?]
        var isCutOff = false
        /// While stopped: what happened meanwhile.
        var backlog: [Event]?
    }

    struct Broken: Error, CustomStringConvertible {
        let description: String
    }

    let settings: Settings
    var random: SeededGenerator
    var queue: QueueModel
    var seats: [Seat]
    var disk: SimulatedFileSystem
    /// The ways in which the disk fails at the moment.
    let diskFate = DiskFate()
    var now = 0.0
    var isDatabaseUp = true
    /// Added to the database's clock.
    var clockOffset = 0.0
    /// Whether the database refuses every call: a right was taken away, a password changed.
    var isDenying = false
    var lossPercent = 0
    var events = EventQueue<Event>()
    var ledger = Ledger()
    /// What each lease may adopt, as its claim said.
    var adoptable: [LeaseKey: [Int64]] = [:]
    /// When each lease was begun by a worker.
    var starts: [LeaseKey: (time: Double, seat: Int)] = [:]
    /// Scenes whose errors are the scene's own, and how many are left.
    var sceneErrorsLeft: [Int64: Int] = [:]

    init(_ settings: Settings, seed: UInt64, flaws: QueueModel.Flaws = QueueModel.Flaws()) {
        self.settings = settings
        random = SeededGenerator(seed: seed)
        queue = QueueModel(
            sceneCount: settings.scenes,
            sampleCount: settings.samples,
            timing: .init(
                expirySeconds: settings.timing.expirySeconds,
                reapIntervalSeconds: settings.timing.reapIntervalSeconds,
                retrySeconds: settings.timing.retryBackoff.baseSeconds
            ),
            flaws: flaws
        )
        seats = (0..<settings.hosts * settings.workersOnHost).map {
            Seat(host: $0 / settings.workersOnHost, slots: Array(repeating: nil, count: settings.slots))
        }
        let fate = diskFate
        disk = SimulatedFileSystem { _, operation in fate.decide(operation) }
        for seat in seats.indices { schedule(random.seconds(0...1), .launch(seat: seat)) }
    }

    func schedule(_ delay: Double, _ event: Event) { events.push(event, at: now + delay) }

    /// Lets time pass until a condition holds; false if it does not within so many seconds.
    func run(for seconds: Double, until isDone: () -> Bool) throws -> Bool {
        let end = now + seconds
        while !isDone() {
            guard let next = events.nextTime, next <= end, let (time, event) = events.pop() else {
                now = end
                return false
            }
            now = time
            queue.now = now + clockOffset
            try take(event)
        }
        return true
    }

    // MARK: - Events

    private func take(_ event: Event) throws {
        if let seat = seat(of: event), seats[seat].backlog != nil {
            seats[seat].backlog?.append(event)
            return
        }
        switch event {
        case .tick(let seat, let process):
            guard seats[seat].process == process, seats[seat].shell != nil else { return }
            schedule(0.2, .tick(seat: seat, process: process))
            try feed(.tick, to: seat)
        case .launch(let seat): try launch(seat)
        case .arrive(let flight): try arrive(flight)
        case .answer(let flight, let reply):
            guard seats[flight.seat].process == flight.process, seats[flight.seat].shell != nil else { return }
            if reply == nil { ledger.errors += 1 }
            seats[flight.seat].shell?.jitter = random.seconds(0...0.999)
            let effects = seats[flight.seat].shell?.receive(reply, to: flight.call, now: now) ?? []
            try carryOut(effects, flight.seat)
        case .slot(let seat, let process, let slot, let key):
            guard seats[seat].process == process, seats[seat].slots[slot]?.key == key else { return }
            try stepSlot(seat, slot)
        case .fault(let fault): try begin(fault)
        case .heal(let fault): try end(fault)
        }
    }

    /// The process that an event needs; requests that have left it need none.
    private func seat(of event: Event) -> Int? {
        switch event {
        case .tick(let seat, let process), .slot(let seat, let process, _, _):
            seats[seat].process == process ? seat : nil
        case .answer(let flight, _): seats[flight.seat].process == flight.process ? flight.seat : nil
        case .arrive, .launch, .fault, .heal: nil
        }
    }

    func launch(_ seat: Int) throws {
        guard seats[seat].shell == nil else { return }
        var machineSettings = WorkerStateMachine.Settings(slotCount: settings.slots)
        machineSettings.exitWhenIdleSeconds = nil
        let expiry = settings.timing.expirySeconds
        let machine = WorkerStateMachine(
            settings: machineSettings,
            leaseGuard: LeaseGuard(
                beatSeconds: settings.timing.heartbeatIntervalSeconds,
                expirySeconds: expiry,
                marginSeconds: expiry / 6
            )
        )
        seats[seat].process += 1
        seats[seat].backlog = nil
        seats[seat].shell = ShellModel(machine: machine, firstToken: (seat * 1000 + seats[seat].process) * 100_000)
        seats[seat].slots = Array(repeating: nil, count: settings.slots)
        schedule(0, .tick(seat: seat, process: seats[seat].process))
    }

    func feed(_ event: WorkerEvent, to seat: Int) throws {
        seats[seat].shell?.jitter = random.seconds(0...0.999)
        try carryOut(seats[seat].shell?.handle(event, now: now) ?? [], seat)
    }

    private func carryOut(_ effects: [ShellModel.Effect], _ seat: Int) throws {
        for effect in effects {
            switch effect {
            case .call(let call): send(Flight(seat: seat, process: seats[seat].process, call: call))
            case .start(let slot, let key):
                starts[key] = (now, seat)
                seats[seat].slots[slot] = Work(key: key)
                scheduleSlot(seat, slot, after: 0.01)
            case .raise(let slot, let level):
                if let present = seats[seat].slots[slot]?.level {
                    seats[seat].slots[slot]?.level = max(present, level)
                }
            case .exit:
                // It says goodbye and leaves; its supervisor starts it again.
                if let worker = seats[seat].shell?.worker {
                    send(Flight(seat: seat, process: seats[seat].process, call: .retire(worker, thenRegister: false)))
                }
                seats[seat].shell = nil
                seats[seat].slots = Array(repeating: nil, count: settings.slots)
                schedule(5, .launch(seat: seat))
            case .decided(let action): try judge(action, seat)
            }
        }
    }

    /// Decisions rest on leases that nobody else holds, as long as the database's clock runs evenly.
    private func judge(_ action: WorkerAction, _ seat: Int) throws {
        guard !ledger.hasClockJumped else { return }
        switch action {
        case .start(_, let key), .complete(let key, _), .fail(let key, _, _), .reportProgress(let key, _):
            let newest = queue.scene(key.scene).machine.lease
            guard newest > key.lease else { return }
            throw Broken(
                description: "at \(now) worker \(seat) acts on \(key) though lease \(newest) is out: \(action)"
            )
        default: break
        }
    }

    // MARK: - Calls

    private func send(_ flight: Flight) {
        schedule(latency(), .arrive(flight))
    }

    private func latency() -> Double {
        // One in fifty takes seconds: a lock, a busy server, a packet sent again.
        random.chance(lossPercent > 0 ? 2 : 0)
            ? random.seconds(1...25) : random.seconds(0.001...settings.longestLatencySeconds)
    }

    private func arrive(_ flight: Flight) throws {
        guard isDatabaseUp, !seats[flight.seat].isCutOff, !random.chance(lossPercent) else {
            guard !flight.isGhost else { return }
            // A refused connection is told at once, a lost packet after the client's patience; half of those arrive late.
            let isLost = isDatabaseUp && random.chance(50)
            if isLost, random.chance(50) {
                var ghost = flight
                ghost.isGhost = true
                schedule(random.seconds(1...40), .arrive(ghost))
            }
            schedule(isLost ? 10 : 0.1, .answer(flight, nil))
            return
        }
        if isDenying {
            if !flight.isGhost { schedule(latency(), .answer(flight, .refused)) }
            return
        }
        let reply = queue.perform(flight.call)
        try ledger.check(flight.call, reply, queue)
        if case .claim(.scenes(let keys)) = reply {
            for key in keys { adoptable[key] = queue.adoptableLeases(key) }
        }
        if flight.isGhost { return }
        if random.chance(lossPercent) {
            schedule(10, .answer(flight, nil))
        } else {
            schedule(latency(), .answer(flight, reply))
        }
    }

    // MARK: - Slots

    func scheduleSlot(_ seat: Int, _ slot: Int, after delay: Double) {
        guard let key = seats[seat].slots[slot]?.key else { return }
        schedule(delay, .slot(seat: seat, process: seats[seat].process, slot: slot, key: key))
    }

    private func sampleSeconds() -> Double { random.seconds(0.3...settings.longestSampleSeconds) }

    private func stepSlot(_ seat: Int, _ slot: Int) throws {
        guard let work = seats[seat].slots[slot] else { return }
        let key = work.key
        func ended(_ outcome: SlotOutcome) throws {
            let samples = seats[seat].slots[slot]?.writer?.entries.count ?? 0
            seats[seat].slots[slot] = nil
            try feed(.slotEnded(key, outcome, samples: samples), to: seat)
        }
        if work.level > .run { return try ended(.stopped) }
        do {
            guard let writer = work.writer else {
                let writer = try openFile(key)
                seats[seat].slots[slot]?.writer = writer
                if !writer.entries.isEmpty { try feed(.sampleStored(key, samples: writer.entries.count), to: seat) }
                return scheduleSlot(seat, slot, after: sampleSeconds())
            }
            if let left = sceneErrorsLeft[key.scene], left > 0 {
                sceneErrorsLeft[key.scene] = left - 1
                return try ended(.failed(message: "a picture could not be read", isRetryable: true))
            }
            if let sample = (0..<settings.samples).first(where: { !writer.contains(Predictions.token(key.scene, $0)) })
            {
                try writer.append(
                    token: Predictions.token(key.scene, sample),
                    occupancy: Predictions.labels(key.scene, sample),
                    shape: Predictions.shape
                )
                ledger.noteStored(writer.entries.count, key)
                try feed(.sampleStored(key, samples: writer.entries.count), to: seat)
                return scheduleSlot(seat, slot, after: sampleSeconds())
            }
            let file = try writer.finish()
            ledger.finished[key] = file
            try ended(
                .finished(
                    SceneResult(
                        fileName: file.fileName,
                        byteCount: Int64(file.byteCount),
                        sampleCount: file.sampleTokens.count,
                        digest: file.sha256
                    )
                )
            )
        } catch let error as Broken {
            throw error
        } catch let error as StorageError where error.kind == .alreadyExists {
            throw Broken(description: "at \(now), \(key): \(error)")
        } catch {
            try ended(.hostFailed(message: "\(error)"))
        }
    }

    private func openFile(_ key: LeaseKey) throws -> SceneFileWriter {
        let directory = try RunDirectory(output: "out", run: "run", fileSystem: disk)
        let writer = try SceneFileWriter(
            in: directory,
            header: Predictions.header(key),
            adoptingFor: (0..<settings.samples).map { Predictions.token(key.scene, $0) },
            ofLeases: adoptable[key] ?? []
        )
        // What a bad disk does not let a worker read is computed again.
        try ledger.checkAdopted(writer.entries.count, key, mayBeLess: diskFate.isBad)
        return writer
    }
}
