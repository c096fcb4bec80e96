/// Every decision of a worker process, as a value: an event and a time in, actions out.
///
/// It holds no clock, no connection and no thread. The shell (`WorkerService`) performs the actions and feeds back what came
/// of them. Invariants, checked in tests over random event sequences:
///
/// - a slot works on one lease at a time, and each lease gets exactly one closing action (complete, fail or release), or
///   none when it was lost; where the database refuses that one for good, the lease is released, and where it refuses that too,
///   given up with the registration: no slot waits for what will not come;
/// - no claim and no write for a scene begins while `LeaseGuard` does not trust the leases; a write that began before is fenced by
///   the lease that it names;
/// - it claims no more scenes than it has idle slots;
/// - what a claim of a former registration brings is given back unworked;
/// - a scene over which workers died so often that once more quarantines it is worked on with every other slot idle;
/// - after a stop request it claims nothing, and leaves at the latest `drainSeconds` and `closingSeconds` later;
/// - it leaves for want of work only by an answer that says so, never because nothing was answered or it is waiting.
struct WorkerStateMachine: Hashable, Sendable {
    /// Times that the state machine works with, in seconds.
    struct Settings: Hashable, Sendable {
        /// Number of inference threads.
        var slotCount: Int
        /// How long slots may go on with their sample after a stop request.
        var drainSeconds = 7.5
        /// How much longer closing writes may take then.
        var closingSeconds = 1.0
        /// First wait after an empty or failed claim; doubles up to `longestPollSeconds`.
        var shortestPollSeconds = 0.2
        var longestPollSeconds = 5.0
        /// Seconds from one look for vanished workers to the next for the idle worker that does it for all.
        var idleReapSeconds = 2.0
        /// The same for a worker without an idle slot, or one that finds that another does it.
        var otherReapSeconds = 4.0
        /// When scene after scene fails here.
        var breaker = FailureBreaker.Settings()
        /// How long the database may refuse, or be away.
        var patience = Patience.Settings()
        /// Leave when for this long nothing was queued or leased that this worker could ever take; nil means never.
        var exitWhenIdleSeconds: Double?
        /// Leave when nothing is queued or leased.
        var exitsWhenDone = false
        /// Whether an empty claim should say what lies ahead.
        var looksAhead: Bool { exitWhenIdleSeconds != nil || exitsWhenDone }
    }

    /// Slots come to an end, then the process leaves.
    private struct Drain: Hashable {
        var deadline: Double
        var cause: WorkerExit
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
    private(set) var leaseGuard: LeaseGuard
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
    private var patience: Patience
    /// Leases whose closing write was refused, so that they are being released instead.
    private var retreats: Set<LeaseKey> = []
    /// Since when every answer said that this worker can take nothing.
    private var idleSince: Double?
    private var drain: Drain?
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
        patience = Patience(settings: settings.patience)
    }

    /// How many slots are in each state.
    var slotCounts: SlotCounts {
        slots.reduce(into: SlotCounts()) { counts, slot in
            switch slot {
            case .idle: counts.idle += 1
            case .waiting: counts.waiting += 1
            case .working: counts.working += 1
            case .abandoned: counts.abandoned += 1
            case .closing: counts.closing += 1
            }
        }
    }

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
            patience.contactWasMade()
            isRegistered = true
            leaseGuard.confirm(sentAt: sentAt)
            nextContact = beatTime(after: sentAt, jitter: jitter)
            nextReap = now + settings.idleReapSeconds * (0.8 + 0.3 * jitter)
        case .heartbeatConfirmed(let sentAt, let lost, let askedBack, let strays):
            isContactInFlight = false
            patience.contactWasMade()
            // A confirmation that comes after the leases were given up revives nothing.
            guard isRegistered else { break }
            leaseGuard.confirm(sentAt: sentAt)
            nextContact = beatTime(after: sentAt, jitter: jitter)
            for key in lost { actions += lose(key) }
            for key in askedBack {
                if let slot = slots.firstIndex(of: .working(key)) { actions.append(.stopAfterSample(slot: slot)) }
                if let slot = slots.firstIndex(of: .waiting(key)) { actions.append(giveBack(slot, key, .runPaused)) }
            }
            // With a claim under way, its answer may still bring them.
            if claims.wasQuietSinceBeat {
                for key in strays where !straysClosing.contains(key) {
                    straysClosing.append(key)
                    actions.append(.release(key, samples: 0, why: .claimLost))
                }
            }
        case .heartbeatRejected:
            isContactInFlight = false
            patience.contactWasMade()
            actions += loseEverything()
            nextContact = now
        case .closingGivenUp:
            actions += loseEverything()
            nextContact = now
        case .databaseUnreachable:
            isContactInFlight = false
            patience.contactWasLost(now: now)
            nextContact = now + 0.5 + jitter
        case .databaseRefused(let message):
            isContactInFlight = false
            patience.contactWasRefused(message, now: now)
            nextContact = now + 2 + 3 * jitter
        case .claimed(let keys, let suspects, let ahead):
            patience.claimWasAnswered()
            let isCurrent = claims.answered(isEmpty: keys.isEmpty, now: now, jitter: jitter)
            actions += accept(keys, suspects: suspects, isCurrent: isCurrent)
            if isCurrent, noteAhead(keys.isEmpty ? ahead : .some, now: now) { return [.exit(.done)] }
        case .claimFailed:
            idleSince = nil
            _ = claims.answered(isEmpty: true, now: now, jitter: jitter)
        case .claimDenied(let message):
            idleSince = nil
            patience.claimWasRefused(message, now: now)
            _ = claims.answered(isEmpty: true, now: now, jitter: jitter)
        case .claimRefused:
            idleSince = nil
            patience.claimWasAnswered()
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
            if retreats.remove(key) == nil { patience.writeWasTaken() }
            straysClosing.removeAll { $0 == key }
            if let slot = slots.firstIndex(of: .closing(key)) { slots[slot] = .idle }
            claims.hurry(now: now)
        case .closingRefused(let key, let message):
            actions += retreat(key, message, now: now)
        case .stopRequested:
            actions += leave(because: .stopped, now: now)
        }
        actions += advance(now: now)
        return actions
    }

    // MARK: - What time alone decides

    private mutating func advance(now: Double) -> [WorkerAction] {
        var actions: [WorkerAction] = []
        if isRegistered && !leaseGuard.isTrusted(at: now) { actions += loseEverything() }
        if drain == nil, let verdict = patience.verdict(at: now) {
            actions += leave(because: .refused(verdict), now: now)
        }
        if let drain {
            actions += proceed(with: drain, now: now)
            if hasExited { return actions }
        }
        if !isContactInFlight && now >= nextContact {
            let isNeeded = drain == nil || slots.contains { $0 != .idle }
            if isNeeded {
                isContactInFlight = true
                actions.append(isRegistered ? .heartbeat : .register)
                claims.noteBeat()
            }
        }
        if isRegistered && drain == nil && !isReapInFlight && now >= nextReap {
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
        guard drain == nil, isRegistered, !claims.isInFlight, !isIsolating else { return [] }
        let idle = slots.count { $0 == .idle }
        // The last word has a claim's answer, which then need not be waited for.
        if let idleSince, let limit = settings.exitWhenIdleSeconds, now - idleSince >= limit { claims.hurry(now: now) }
        let limit = breaker.claimLimit(idle: idle, slots: slots.count, at: now)
        guard limit > 0, straysClosing.isEmpty, claims.isDue(at: now) else { return [] }
        claims.begin()
        return [.claim(limit: limit)]
    }

    /// Judges what a current claim's answer says of the work ahead; true if the worker is to leave.
    private mutating func noteAhead(_ ahead: WorkAhead, now: Double) -> Bool {
        guard isRegistered, drain == nil, slots.allSatisfy({ $0 == .idle }),
            ahead == .nothing || ahead == .forOthersOnly
        else {
            idleSince = nil
            return false
        }
        let since = idleSince ?? now
        idleSince = since
        hasExited =
            settings.exitsWhenDone && ahead == .nothing
            || settings.exitWhenIdleSeconds.map { now - since >= $0 } ?? false
        return hasExited
    }

    /// Begins to leave; the first cause stands, unless this host fails meanwhile.
    private mutating func leave(because cause: WorkerExit, now: Double) -> [WorkerAction] {
        if let drain {
            if case .hostFailed = cause, drain.cause == .stopped { self.drain?.cause = cause }
            return []
        }
        drain = Drain(deadline: now + settings.drainSeconds, cause: cause)
        return stopSlots(cause.releaseReason)
    }

    private mutating func proceed(with drain: Drain, now: Double) -> [WorkerAction] {
        var actions: [WorkerAction] = []
        if now >= drain.deadline {
            // What is stored stays stored; the scene goes back with it although its slot still computes.
            for (slot, state) in slots.enumerated() {
                guard case .working(let key) = state else { continue }
                actions.append(.abandon(slot: slot))
                actions.append(.release(key, samples: samples[key] ?? 0, why: drain.cause.releaseReason))
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
        if !isWaiting && !claims.isInFlight || now >= drain.deadline + settings.closingSeconds {
            hasExited = true
            actions.append(.exit(drain.cause))
        }
        return actions
    }

    // MARK: - Leases

    private mutating func accept(_ keys: [LeaseKey], suspects: [LeaseKey], isCurrent: Bool) -> [WorkerAction] {
        var actions: [WorkerAction] = []
        for key in keys {
            guard let slot = slots.firstIndex(of: .idle) else {
                // Cannot happen while claims ask for idle slots only.
                actions.append(.release(key, samples: 0, why: .claimLost))
                continue
            }
            samples[key] = 0
            let isSuspect = slots.count > 1 && suspects.contains(key)
            if let drain {
                actions.append(giveBack(slot, key, drain.cause.releaseReason))
            } else if !isRegistered || !isCurrent {
                actions.append(giveBack(slot, key, .claimStale))
            } else if isSuspect && isIsolating {
                actions.append(giveBack(slot, key, .otherSuspectFirst))
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
    private mutating func giveBack(_ slot: Int, _ key: LeaseKey, _ why: ReleaseReason) -> WorkerAction {
        slots[slot] = .closing(key)
        return .release(key, samples: 0, why: why)
    }

    /// Gives back what a refused write cannot close; where that is refused too, gives up the registration that holds it.
    private mutating func retreat(_ key: LeaseKey, _ message: String, now: Double) -> [WorkerAction] {
        patience.writeWasRefused(message)
        if slots.contains(.closing(key)), retreats.insert(key).inserted {
            return [.release(key, samples: samples[key] ?? 0, why: .refused(message))]
        }
        retreats.remove(key)
        samples[key] = nil
        straysClosing.removeAll { $0 == key }
        if let slot = slots.firstIndex(of: .closing(key)) { slots[slot] = .idle }
        nextContact = now
        return [.forget(key)] + loseEverything()
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
        samples[key] = count
        switch outcome {
        case .finished(let result):
            actions.append(.complete(key, result))
            if breaker.noteSuccess() { actions.append(.sayResumed) }
        case .stopped:
            actions.append(.release(key, samples: count, why: drain?.cause.releaseReason ?? .runPaused))
        case .failed(let message, let isRetryable):
            actions.append(.fail(key, message: message, isRetryable: isRetryable))
            if let pause = breaker.noteFailure(of: key.scene, isRetryable: isRetryable, now: now) {
                actions.append(.sayPaused(seconds: pause, message: message))
            }
        case .notUnderstood(let message):
            actions.append(.leaveKindAlone(key, message: message))
            actions.append(.release(key, samples: count, why: .notUnderstood(message)))
        case .hostFailed(let message):
            actions.append(.release(key, samples: count, why: .hostFailed(message)))
            actions += leave(because: .hostFailed(message), now: now)
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

    private mutating func stopSlots(_ why: ReleaseReason) -> [WorkerAction] {
        slots.indices.compactMap { slot in
            switch slots[slot] {
            case .working: .stopAfterSample(slot: slot)
            case .waiting(let key): giveBack(slot, key, why)
            case .idle, .closing, .abandoned: nil
            }
        }
    }

    // MARK: - Times

    private func beatTime(after sentAt: Double, jitter: Double) -> Double {
        sentAt + leaseGuard.beatSeconds * (0.9 + 0.2 * jitter)
    }
}
