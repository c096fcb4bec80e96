internal import Foundation
internal import JobQueue
internal import Logging
internal import SystemSupport

/// Performs what `WorkerStateMachine` decides: the only place where slots, queue and time meet.
///
/// One task runs `run()` and owns every variable; slots and database calls report through the event stream.
final class WorkerService {
    struct Settings: Sendable {
        var slotCount: Int
        /// The CPU of each slot; nil where the system decides.
        var slotCPUs: [Int]?
        var exitWhenIdleSeconds: Double?
        var exitsWhenDone = false
        var patience = Patience.Settings()
        /// Leave when this process is no longer the parent.
        var parentProcessID: Int32?
        var description: WorkerDescription
        var timing: QueueTiming
        /// Instead of a run's output folder, where it is mounted elsewhere on this host.
        var outputDirectory: String?
    }

    private let settings: Settings
    private let sceneWork: any SceneWork
    private let calls: QueueCalls
    private let logger: Logger
    private var machine: WorkerStateMachine
    private let events: AsyncStream<WorkerEvent>
    private let post: AsyncStream<WorkerEvent>.Continuation
    private let slots: [SlotThread]
    private var flags: [Int: StopFlag] = [:]
    private let leases = LeaseBook()
    private let tally: WorkerTally
    private let meters: WorkerMeters

    init(
        settings: Settings,
        queue: JobQueue,
        heartbeats: JobQueue,
        claimable: any ClaimPolicy,
        sceneWork: any SceneWork,
        meters: WorkerMeters = WorkerMeters(),
        logger: Logger
    ) {
        self.settings = settings
        self.meters = meters
        self.sceneWork = sceneWork
        self.logger = logger
        var machineSettings = WorkerStateMachine.Settings(slotCount: settings.slotCount)
        machineSettings.exitWhenIdleSeconds = settings.exitWhenIdleSeconds
        machineSettings.exitsWhenDone = settings.exitsWhenDone
        machineSettings.patience = settings.patience
        let expiry = settings.timing.expirySeconds
        machine = WorkerStateMachine(
            settings: machineSettings,
            leaseGuard: LeaseGuard(
                beatSeconds: settings.timing.heartbeatIntervalSeconds,
                expirySeconds: expiry,
                marginSeconds: expiry / 6
            )
        )
        // Unbounded, yet bounded by the state machine: one claim, one contact and one work a slot are ever under way.
        (events, post) = AsyncStream.makeStream(of: WorkerEvent.self)
        tally = WorkerTally(outputDirectory: settings.outputDirectory, meters: meters)
        calls = QueueCalls(
            queue: queue,
            heartbeats: heartbeats,
            leases: leases,
            post: post,
            claimable: claimable,
            tally: tally,
            looksAhead: machineSettings.looksAhead,
            outputDirectory: settings.outputDirectory,
            logger: logger
        )
        slots = (0..<settings.slotCount).map { SlotThread(index: $0, cpu: settings.slotCPUs?[$0]) }
    }

    /// What a signal handler calls, on any thread.
    var requestStop: @Sendable () -> Void {
        { [post] in post.yield(.stopRequested) }
    }

    /// How many of its writes the database refused for good.
    var writesRefused: Int { tally.writesRefused }

    /// Works until told to stop, nothing is left to do, or this host or the database does not let it go on.
    func run() async -> WorkerExit {
        let ticker = postTicks()
        defer {
            ticker.cancel()
            for slot in slots { slot.close() }
        }
        for await event in events {
            let actions = machine.handle(event, now: MonotonicClock.nowSeconds, jitter: Double.random(in: 0..<1))
            for _ in 0..<WorkerAction.lostLeases(in: actions) { meters.noteLostLease() }
            meters.noteState(machine.slotCounts, lastContactSeconds: machine.leaseGuard.lastConfirmedSend)
            for action in actions {
                if case .exit(let reason) = action {
                    // A worker that was told to stop has a second left of its ten.
                    await TimeLimit.wait(seconds: reason == .done ? 15 : 1) { [calls] in await calls.retire(reason) }
                    return reason
                }
                perform(action)
            }
        }
        return .stopped
    }

    private func perform(_ action: WorkerAction) {
        switch action {
        case .register: calls.register(settings.description)
        case .heartbeat: calls.heartbeat()
        case .claim(let limit): calls.claim(limit: limit)
        case .reap: calls.reap()
        case .start(let slot, let key): start(slot, key)
        case .stopAfterSample(let slot): flags[slot]?.raise(to: .stopAfterSample)
        case .abandon(let slot): flags[slot]?.raise(to: .abandon)
        case .reportProgress(let key, let samples): calls.reportProgress(key, samples: samples)
        case .complete(let key, let result): calls.complete(key, result)
        case .fail(let key, let message, let isRetryable): calls.fail(key, message: message, isRetryable: isRetryable)
        case .release(let key, let samples, let why): calls.release(key, samples: samples, why: why)
        case .forget(let key): calls.forget(key)
        case .leaveKindAlone(let key, let message): calls.leaveKindAlone(key, message: message)
        case .sayPaused(let seconds, let message): calls.notePause(seconds: seconds, message: message)
        case .sayResumed: calls.noteResumed()
        case .exit: break
        }
    }

    private func start(_ slot: Int, _ key: LeaseKey) {
        guard let scene = leases.scene(key) else { return }
        let flag = StopFlag()
        flags[slot] = flag
        logger.info(
            "scene started",
            metadata: ["scene": "\(scene.sceneName)", "lease": "\(scene.lease)", "slot": "\(slot)"]
        )
        slots[slot].submit { [sceneWork, post, tally] in
            let report = tally.counting(scene) { counted in
                sceneWork.perform(scene, slot: slot, flag: flag, sampleStored: counted)
            } sampleStored: { count in
                post.yield(.sampleStored(key, samples: count))
            }
            post.yield(.slotEnded(key, report.outcome, samples: report.samples))
        }
    }

    /// Posts that time passes, and that the parent is gone.
    private func postTicks() -> Task<Void, Never> {
        Task { [post, parent = settings.parentProcessID] in
            while !Task.isCancelled {
                try? await Task.sleep(nanoseconds: 200_000_000)
                // A parent that is gone leaves its children to process 1 (or a reaper), so the number changes.
                if let parent, getppid() != parent { post.yield(.stopRequested) }
                post.yield(.tick)
            }
        }
    }
}
