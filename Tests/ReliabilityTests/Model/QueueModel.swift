import TestSupport

@testable import JobQueue
@testable import Worker

/// The queue's database as a value: what each statement of `JobQueue` does to one run, scene by scene.
///
/// Every move of a scene goes through `SceneStateMachine`. `DifferentialTests` holds the rest to
/// PostgreSQL, operation by operation. Scenes are numbered 1, 2, ... in order of submission, workers in order of registration.
struct QueueModel: Hashable, Sendable {
    /// What became of a lease.
    enum Outcome: Hashable, Sendable {
        case open
        case done
        case error(isRetried: Bool)
        case crash
        case released
        case cancelled
    }

    struct Scene: Hashable, Sendable {
        var machine: SceneStateMachine
        var worker: Int64?
        var token = 0
        var samplesDone = 0
        var availableAt = 0.0
        /// The lease whose result stands.
        var result: Int64?
        /// One element a lease, from lease 1 on.
        var attempts: [Outcome] = []
        /// Leases up to this one left nothing that may be adopted.
        var spoiltLease: Int64 = 0
    }

    enum WorkerState: Hashable, Sendable {
        case live
        case retired
        case expired
    }

    struct Worker: Hashable, Sendable {
        var state = WorkerState.live
        var lastSeen: Double
    }

    struct Timing: Hashable, Sendable {
        var expirySeconds = 30.0
        var reapIntervalSeconds = 2.0
        /// Delay of a retry by the number of errors.
        var retrySeconds: Double = 0
    }

    /// Parts that can be broken on purpose, to show that a check finds it.
    struct Flaws: Hashable, Sendable {
        /// Completes by the scene alone, as queues without a fence do.
        var completesWithoutFence = false
    }

    struct HeartbeatReply: Hashable, Sendable {
        var isAlive: Bool
        var lost: [LeaseKey] = []
        var askedBack: [LeaseKey] = []
        var strays: [LeaseKey] = []
    }

    enum ClaimReply: Hashable, Sendable {
        case expired
        case scenes([LeaseKey])
    }

    struct ReapReply: Hashable, Sendable {
        var didRun = false
        var expired = 0
        var requeued = 0
        var quarantined = 0
    }

    let timing: Timing
    let flaws: Flaws
    let sampleCount: Int
    /// The database's clock.
    var now = 0.0
    private(set) var scenes: [Scene]
    private(set) var workers: [Worker] = []
    private(set) var lastReap = -Double.infinity
    private(set) var isPaused = false

    init(
        sceneCount: Int,
        sampleCount: Int,
        timing: Timing = Timing(),
        flaws: Flaws = Flaws(),
        maximumErrors: Int = 3
    ) {
        self.timing = timing
        self.flaws = flaws
        self.sampleCount = sampleCount
        scenes = Array(repeating: Scene(machine: SceneStateMachine(maximumErrors: maximumErrors)), count: sceneCount)
    }

    /// Whether nothing is queued or leased any more.
    var isFinished: Bool { scenes.allSatisfy { $0.machine.state != .queued && $0.machine.state != .leased } }

    func scene(_ id: Int64) -> Scene { scenes[Int(id) - 1] }

    // MARK: - Workers

    mutating func register() -> Int64 {
        workers.append(Worker(lastSeen: now))
        return Int64(workers.count)
    }

    mutating func heartbeat(_ worker: Int64, holding: [LeaseKey]) -> HeartbeatReply {
        let index = Int(worker) - 1
        guard workers[index].state == .live else { return HeartbeatReply(isAlive: false, lost: holding) }
        workers[index].lastSeen = now
        var reply = HeartbeatReply(isAlive: true)
        for key in holding {
            let scene = scene(key.scene)
            if scene.machine.lease != key.lease {
                reply.lost.append(key)
            } else if scene.machine.state == .done {
                continue
            } else if scene.machine.state != .leased || scene.worker != worker {
                reply.lost.append(key)
            } else if isPaused {
                reply.askedBack.append(key)
            }
        }
        for (position, scene) in scenes.enumerated() where scene.worker == worker {
            let key = LeaseKey(scene: Int64(position + 1), lease: scene.machine.lease)
            if !holding.contains(key) { reply.strays.append(key) }
        }
        return reply
    }

    mutating func retire(_ worker: Int64) {
        if workers[Int(worker) - 1].state == .live {
            workers[Int(worker) - 1].state = .retired
            workers[Int(worker) - 1].lastSeen = now
        }
        for index in scenes.indices where scenes[index].worker == worker { giveBack(index) }
    }

    mutating func reap() -> ReapReply {
        guard now >= lastReap + timing.reapIntervalSeconds else { return ReapReply() }
        lastReap = now
        var reply = ReapReply(didRun: true)
        for index in workers.indices where workers[index].state == .live {
            guard workers[index].lastSeen < now - timing.expirySeconds else { continue }
            workers[index].state = .expired
            reply.expired += 1
        }
        for index in scenes.indices {
            guard let worker = scenes[index].worker else { continue }
            switch workers[Int(worker) - 1].state {
            case .live: continue
            case .retired:
                giveBack(index)
                reply.requeued += 1
            case .expired: crash(index, &reply)
            }
        }
        return reply
    }

    /// Whoever started a worker saw it die.
    mutating func reportDeath(_ worker: Int64) -> ReapReply {
        var reply = ReapReply(didRun: true)
        guard workers[Int(worker) - 1].state == .live else { return reply }
        workers[Int(worker) - 1].state = .expired
        reply.expired = 1
        for index in scenes.indices where scenes[index].worker == worker { crash(index, &reply) }
        return reply
    }

    // MARK: - Claims

    /// One claim with its token, after the scenes that earlier claims without an answer left.
    mutating func claim(_ worker: Int64, limit: Int, token: Int, unresolved: [Int]) -> ClaimReply {
        var found: [LeaseKey] = []
        for index in scenes.indices where scenes[index].worker == worker && unresolved.contains(scenes[index].token) {
            scenes[index].token = token
            let key = LeaseKey(scene: Int64(index + 1), lease: scenes[index].machine.lease)
            if found.count < limit { found.append(key) } else { _ = release(key, samples: 0) }
        }
        if !found.isEmpty { return .scenes(found) }
        guard workers[Int(worker) - 1].state == .live else { return .expired }
        guard !isPaused else { return .scenes([]) }
        for index in scenes.indices where found.count < limit && scenes[index].availableAt <= now {
            guard case .leased(let lease) = scenes[index].machine.apply(.claim) else { continue }
            scenes[index].worker = worker
            scenes[index].token = token
            scenes[index].attempts.append(.open)
            found.append(LeaseKey(scene: Int64(index + 1), lease: lease))
        }
        return .scenes(found)
    }

    /// Leases whose files the next holder of a scene may adopt samples from.
    func adoptableLeases(_ key: LeaseKey) -> [Int64] {
        let scene = scene(key.scene)
        return scene.spoiltLease + 1 < key.lease ? Array(scene.spoiltLease + 1..<key.lease).reversed() : []
    }

    // MARK: - Reports

    mutating func progress(_ key: LeaseKey, samples: Int) -> Bool {
        let index = Int(key.scene) - 1
        guard scenes[index].machine.apply(.progress(lease: key.lease)) == .noted else { return false }
        scenes[index].samplesDone = min(max(samples, 0), sampleCount)
        return true
    }

    mutating func complete(_ key: LeaseKey) -> Bool {
        let index = Int(key.scene) - 1
        if flaws.completesWithoutFence {
            _ = scenes[index].machine.apply(.complete(lease: scenes[index].machine.lease))
            guard scenes[index].machine.state == .done else { return false }
            scenes[index].result = key.lease
            scenes[index].worker = nil
            return true
        }
        guard scenes[index].machine.apply(.complete(lease: key.lease)) == .accepted else {
            return scenes[index].result == key.lease
        }
        scenes[index].result = key.lease
        scenes[index].samplesDone = sampleCount
        end(index, .done)
        return true
    }

    /// What a failure came to; nil where the lease is not the scene's.
    ///
    /// The same report again gets the first answer.
    mutating func fail(_ key: LeaseKey, isRetryable: Bool) -> Outcome? {
        let index = Int(key.scene) - 1
        switch scenes[index].machine.apply(.fail(lease: key.lease, retryable: isRetryable)) {
        case .retried:
            scenes[index].availableAt = now + timing.retrySeconds
            end(index, .error(isRetried: true))
        case .failed:
            end(index, .error(isRetried: false))
        default: break
        }
        guard case .error = outcome(key) else { return nil }
        return outcome(key)
    }

    mutating func release(_ key: LeaseKey, samples: Int) -> Bool {
        let index = Int(key.scene) - 1
        if scenes[index].machine.apply(.release(lease: key.lease)) == .requeued {
            scenes[index].samplesDone = min(max(samples, 0), sampleCount)
            scenes[index].availableAt = now
            end(index, .released)
        }
        return outcome(key) == .released
    }

    // MARK: - What people do

    mutating func pause() { isPaused = true }

    mutating func unpause() { isPaused = false }

    mutating func cancel() -> Int {
        var count = 0
        for index in scenes.indices {
            let wasLeased = scenes[index].machine.state == .leased
            guard scenes[index].machine.apply(.cancel) == .cancelled else { continue }
            count += 1
            if wasLeased { end(index, .cancelled) }
        }
        return count
    }

    /// Applies `retry`, `resubmit` or `requeueDone` to every scene, or to one.
    mutating func putBack(_ event: SceneStateMachine.Event, only id: Int64? = nil) -> Int {
        var count = 0
        for index in scenes.indices {
            guard id == nil || id == Int64(index + 1), scenes[index].machine.apply(event) == .requeued else { continue }
            count += 1
            scenes[index].availableAt = now
            if event == .requeueDone {
                scenes[index].samplesDone = 0
                scenes[index].result = nil
                scenes[index].spoiltLease = scenes[index].machine.lease
            }
        }
        return count
    }

    /// Gives claim tokens other names; those without one stand for nothing any more.
    mutating func renameTokens(_ names: [Int: Int]) {
        for index in scenes.indices { scenes[index].token = names[scenes[index].token] ?? 0 }
    }

    // MARK: - Steps

    func outcome(_ key: LeaseKey) -> Outcome? {
        let attempts = scene(key.scene).attempts
        return key.lease >= 1 && key.lease <= attempts.count ? attempts[Int(key.lease) - 1] : nil
    }

    private mutating func end(_ index: Int, _ outcome: Outcome) {
        scenes[index].worker = nil
        scenes[index].token = 0
        scenes[index].attempts[Int(scenes[index].machine.lease) - 1] = outcome
    }

    private mutating func giveBack(_ index: Int) {
        guard scenes[index].machine.apply(.release(lease: scenes[index].machine.lease)) == .requeued else { return }
        scenes[index].availableAt = now
        end(index, .released)
    }

    private mutating func crash(_ index: Int, _ reply: inout ReapReply) {
        switch scenes[index].machine.apply(.expire) {
        case .requeued: reply.requeued += 1
        case .quarantined: reply.quarantined += 1
        default: return
        }
        scenes[index].availableAt = now
        end(index, .crash)
    }
}
