/// Every decision of a worker process, as a value: an event and a time in, actions out.
///
/// It holds no clock, no connection and no thread. The shell (`WorkerService`) performs the actions and feeds back what came
/// of them. Invariants, checked in tests over random event sequences:
///
/// - a slot works on one lease at a time, and each lease gets exactly one closing action (complete, fail or release), or
///   none when it was lost;
/// - no scene is claimed, and nothing is written for one, while `LeaseGuard` does not trust the leases;
/// - it claims no more scenes than it has idle slots;
/// - what a claim of a former registration brings is given back unworked;
/// - a scene over which workers died so often that once more quarantines it is worked on with every other slot idle;
/// - after a stop request it claims nothing, and leaves at the latest `drainSeconds` later.
struct WorkerStateMachine: Hashable, Sendable {
    /// Times that the state machine works with, in seconds.
    struct Settings: Hashable, Sendable {
        /// Number of inference threads.
        var slotCount: Int
        /// Longest stay after a stop request.
        var drainSeconds = 8.0
        /// First wait after an empty or failed claim; doubles up to `longestPollSeconds`.
        var shortestPollSeconds = 0.2
        var longestPollSeconds = 5.0
        /// Seconds from one look for vanished workers to the next for the idle worker that does it for all.
        var idleReapSeconds = 2.0
        /// The same for a worker without an idle slot, or one that finds that another does it.
        var otherReapSeconds = 4.0
        /// When scene after scene fails here.
        var breaker = FailureBreaker.Settings()
        /// Leave after this long with nothing to do; nil means never.
        var exitWhenIdleSeconds: Double?
    }

    private enum SlotState: Hashable {
        case idle
        /// A suspect that is started when the other slots are idle; nothing is claimed meanwhile.
        case waiting(LeaseKey)
        case working(LeaseKey)
        /// Told to stop; its outcome no longer matters to the queue.
        case abandoned(LeaseKey)
        /// The slot is free again, but the lease's closing write is under way.
        case closing(LeaseKey)
    }

    private let settings: Settings
    private var leaseGuard: LeaseGuard
    private var slots: [SlotState]
    private var samples: [LeaseKey: Int] = [:]
    private var isRegistered = false
    private var isContactInFlight = false
    private var nextContact = 0.0
    private var claims: ClaimPacing
    private var breaker: FailureBreaker
    /// Strays on their way back: a claim meanwhile could take one over that is then given back in the middle of the work.
    private var straysClosing: [LeaseKey] = []
    private var isReapInFlight = false
    private var nextReap = 0.0
    private var idleSince: Double?
    private var drainDeadline: Double?
    private var hostFailure: String?
    private var hasExited = false
    /// The suspect that is being worked on; nothing is claimed meanwhile.
    private var alone: LeaseKey?

    init(settings: Settings, leaseGuard: LeaseGuard) {
        precondition(settings.slotCount > 0)
        self.settings = settings
        self.leaseGuard = leaseGuard
        self.slots = Array(repeating: .idle, count: settings.slotCount)
        claims = ClaimPacing(
            shortestPollSeconds: settings.shortestPollSeconds,
            longestPollSeconds: settings.longestPollSeconds
        )
        breaker = FailureBreaker(settings: settings.breaker)
    }

    /// Whether leases are trusted at a time; the shell asks before each write that a delay could have made stale.
    func isTrusted(at now: Double) -> Bool { leaseGuard.isTrusted(at: now) }

    /// Takes one event at a monotonic time and says what to do; `jitter` is a fresh random number in 0..<1.
    mutating func handle(_ event: WorkerEvent, now: Double, jitter: Double) -> [WorkerAction] {
        guard !hasExited else { return [] }
        var actions: [WorkerAction] = []
        if !event.confirmsLeases && isRegistered && !leaseGuard.isTrusted(at: now) { actions += loseEverything() }
        switch event {
        case .tick:
            break
        case .registered(let sentAt):
            isContactInFlight = false
            isRegistered = true
            leaseGuard.confirm(sentAt: sentAt)
            nextContact = beatTime(after: sentAt, jitter: jitter)
            nextReap = now + settings.idleReapSeconds * (0.8 + 0.3 * jitter)
        case .heartbeatConfirmed(let sentAt, let lost, let askedBack, let strays):
            isContactInFlight = false
            // A confirmation that comes after the leases were given up revives nothing.
            guard isRegistered else { break }
            leaseGuard.confirm(sentAt: sentAt)
            nextContact = beatTime(after: sentAt, jitter: jitter)
            for key in lost { actions += lose(key) }
            for key in askedBack {
                if let slot = slots.firstIndex(of: .working(key)) { actions.append(.stopAfterSample(slot: slot)) }
                if let slot = slots.firstIndex(of: .waiting(key)) { actions.append(giveBack(slot, key)) }
            }
            // With a claim under way, its answer may still bring them.
            if claims.wasQuietSinceBeat {
                for key in strays where !straysClosing.contains(key) {
                    straysClosing.append(key)
                    actions.append(.release(key, samples: 0))
                }
            }
        case .heartbeatRejected:
            isContactInFlight = false
            actions += loseEverything()
            nextContact = now
        case .closingGivenUp:
            actions += loseEverything()
            nextContact = now
        case .databaseUnreachable:
            isContactInFlight = false
            nextContact = now + 0.5 + jitter
        case .claimed(let keys, let suspects):
            let isCurrent = claims.answered(isEmpty: keys.isEmpty, now: now, jitter: jitter)
            actions += accept(keys, suspects: suspects, isCurrent: isCurrent)
        case .claimFailed:
            _ = claims.answered(isEmpty: true, now: now, jitter: jitter)
        case .claimRefused:
            if claims.answered(isEmpty: true, now: now, jitter: jitter) {
                actions += loseEverything()
                nextContact = now
            }
        case .reaped(let didRun, let requeued):
            isReapInFlight = false
            let isOurs = didRun && slots.contains(.idle)
            let pause = isOurs ? settings.idleReapSeconds : settings.otherReapSeconds
            nextReap = now + pause * (0.8 + 0.3 * jitter)
            if requeued > 0 { claims.hurry(now: now) }
        case .sampleStored(let key, let count):
            if slots.contains(.working(key)) {
                samples[key] = count
                actions.append(.reportProgress(key, samples: count))
            }
        case .slotEnded(let key, let outcome, let count):
            actions += end(key, outcome, samples: count, now: now)
        case .leaseLost(let key):
            actions += lose(key)
        case .leaseClosed(let key):
            samples[key] = nil
            straysClosing.removeAll { $0 == key }
            if let slot = slots.firstIndex(of: .closing(key)) { slots[slot] = .idle }
            claims.hurry(now: now)
        case .stopRequested:
            if drainDeadline == nil {
                drainDeadline = now + settings.drainSeconds
                actions += stopSlots()
            }
        }
        actions += advance(now: now)
        return actions
    }

    // MARK: - What time alone decides

    private mutating func advance(now: Double) -> [WorkerAction] {
        var actions: [WorkerAction] = []
        if isRegistered && !leaseGuard.isTrusted(at: now) { actions += loseEverything() }
        if let drainDeadline {
            actions += drain(deadline: drainDeadline, now: now)
            if hasExited { return actions }
        }
        if !isContactInFlight && now >= nextContact {
            let isNeeded = drainDeadline == nil || slots.contains { $0 != .idle }
            if isNeeded {
                isContactInFlight = true
                actions.append(isRegistered ? .heartbeat : .register)
                claims.noteBeat()
            }
        }
        if isRegistered && drainDeadline == nil && !isReapInFlight && now >= nextReap {
            isReapInFlight = true
            actions.append(.reap)
        }
        actions += startSuspect()
        actions += claimIfIdle(now: now)
        return actions
    }

    /// Starts the waiting suspect when nothing else is under way that its crash could take along.
    private mutating func startSuspect() -> [WorkerAction] {
        if let key = alone, !slots.contains(.working(key)) { alone = nil }
        guard let slot = slots.firstIndex(where: { if case .waiting = $0 { true } else { false } }),
            case .waiting(let key) = slots[slot], slots.count(where: { $0 != .idle }) == 1
        else { return [] }
        slots[slot] = .working(key)
        alone = key
        return [.start(slot: slot, key)]
    }

    /// Whether a suspect is being worked on, or waits for that.
    private var isIsolating: Bool {
        alone != nil || slots.contains { if case .waiting = $0 { true } else { false } }
    }

    private mutating func claimIfIdle(now: Double) -> [WorkerAction] {
        guard drainDeadline == nil, isRegistered, !claims.isInFlight, !isIsolating else { return [] }
        let idle = slots.count { $0 == .idle }
        if idle == slots.count {
            let since = idleSince ?? now
            idleSince = since
            if let limit = settings.exitWhenIdleSeconds, now - since >= limit {
                hasExited = true
                return [.exit(.done)]
            }
        } else {
            idleSince = nil
        }
        let limit = breaker.claimLimit(idle: idle, slots: slots.count, at: now)
        guard limit > 0, straysClosing.isEmpty, claims.isDue(at: now) else { return [] }
        claims.begin()
        return [.claim(limit: limit)]
    }

    private mutating func drain(deadline: Double, now: Double) -> [WorkerAction] {
        var actions: [WorkerAction] = []
        if now >= deadline {
            // What is stored stays stored; the scene goes back with it although its slot still computes.
            for (slot, state) in slots.enumerated() {
                guard case .working(let key) = state else { continue }
                actions.append(.abandon(slot: slot))
                actions.append(.release(key, samples: samples[key] ?? 0))
                slots[slot] = .closing(key)
            }
        }
        let isWaiting = slots.contains { state in
            switch state {
            case .waiting, .working, .closing: true
            case .idle, .abandoned: false
            }
        }
        // The second bound covers closing writes that a dead database holds up.
        if !isWaiting && !claims.isInFlight || now >= deadline + 1.5 {
            hasExited = true
            actions.append(.exit(hostFailure.map { .hostFailed($0) } ?? .done))
        }
        return actions
    }

    // MARK: - Leases

    private mutating func accept(_ keys: [LeaseKey], suspects: [LeaseKey], isCurrent: Bool) -> [WorkerAction] {
        var actions: [WorkerAction] = []
        for key in keys {
            guard let slot = slots.firstIndex(of: .idle) else {
                // Cannot happen while claims ask for idle slots only.
                actions.append(.release(key, samples: 0))
                continue
            }
            samples[key] = 0
            let isSuspect = slots.count > 1 && suspects.contains(key)
            if drainDeadline != nil || !isRegistered || !isCurrent || isSuspect && isIsolating {
                actions.append(giveBack(slot, key))
            } else if isSuspect {
                slots[slot] = .waiting(key)
            } else {
                slots[slot] = .working(key)
                actions.append(.start(slot: slot, key))
            }
        }
        return actions
    }

    /// Gives a scene back that was not begun.
    private mutating func giveBack(_ slot: Int, _ key: LeaseKey) -> WorkerAction {
        slots[slot] = .closing(key)
        return .release(key, samples: 0)
    }

    private mutating func end(_ key: LeaseKey, _ outcome: SlotOutcome, samples count: Int, now: Double)
        -> [WorkerAction]
    {
        if let slot = slots.firstIndex(of: .abandoned(key)) {
            slots[slot] = .idle
            return [.forget(key)]
        }
        var actions: [WorkerAction] = []
        guard let slot = slots.firstIndex(of: .working(key)) else { return [] }
        slots[slot] = .closing(key)
        switch outcome {
        case .finished:
            actions.append(.complete(key))
            if breaker.noteSuccess() { actions.append(.sayResumed) }
        case .stopped:
            actions.append(.release(key, samples: count))
        case .failed(let message, let isRetryable):
            actions.append(.fail(key, message: message, isRetryable: isRetryable))
            if let pause = breaker.noteFailure(of: key.scene, isRetryable: isRetryable, now: now) {
                actions.append(.sayPaused(seconds: pause, message: message))
            }
        case .notUnderstood(let message):
            actions.append(.leaveKindAlone(key, message: message))
            actions.append(.release(key, samples: count))
        case .hostFailed(let message):
            actions.append(.release(key, samples: count))
            if hostFailure == nil { hostFailure = message }
            if drainDeadline == nil {
                drainDeadline = now + settings.drainSeconds
                actions += stopSlots()
            }
        }
        return actions
    }

    private mutating func lose(_ key: LeaseKey) -> [WorkerAction] {
        samples[key] = nil
        if let slot = slots.firstIndex(of: .working(key)) {
            slots[slot] = .abandoned(key)
            return [.abandon(slot: slot)]
        }
        if let slot = slots.firstIndex(of: .waiting(key)) {
            slots[slot] = .idle
            return [.forget(key)]
        }
        return []
    }

    private mutating func loseEverything() -> [WorkerAction] {
        isRegistered = false
        leaseGuard.forget()
        claims.loseRegistration()
        var actions: [WorkerAction] = []
        for state in slots {
            switch state {
            case .working(let key), .waiting(let key): actions += lose(key)
            case .idle, .closing, .abandoned: break
            }
        }
        return actions
    }

    private mutating func stopSlots() -> [WorkerAction] {
        slots.indices.compactMap { slot in
            switch slots[slot] {
            case .working: .stopAfterSample(slot: slot)
            case .waiting(let key): giveBack(slot, key)
            case .idle, .closing, .abandoned: nil
            }
        }
    }

    // MARK: - Times

    private func beatTime(after sentAt: Double, jitter: Double) -> Double {
        sentAt + leaseGuard.beatSeconds * (0.9 + 0.2 * jitter)
    }
}
