@testable import Worker

/// A worker's shell (`WorkerService`, `QueueCalls`, `LeaseBook`) as a value around the product's own `WorkerStateMachine`.
///
/// It turns actions into calls of the queue and answers into events, as the product does, but leaves it to its owner when a
/// call reaches the database and when, or whether, its answer comes back.
struct ShellModel: Hashable, Sendable {
    /// A call on its way to the database.
    enum Call: Hashable, Sendable {
        case retire(Int64, thenRegister: Bool)
        case register(sentAt: Double)
        case heartbeat(Int64, holding: [LeaseKey], sentAt: Double)
        case claim(Int64, limit: Int, token: Int, unresolved: [Int])
        case reap
        case progress(LeaseKey, samples: Int)
        case complete(LeaseKey)
        case fail(LeaseKey, isRetryable: Bool)
        case release(LeaseKey, samples: Int)
    }

    /// What the database answered.
    enum Reply: Hashable, Sendable {
        case done
        case registered(Int64)
        case heartbeat(QueueModel.HeartbeatReply)
        case claim(QueueModel.ClaimReply)
        case reap(QueueModel.ReapReply)
        case accepted(Bool)
        /// No, and time does not heal it: a right is missing, a password was changed.
        case refused
    }

    /// What the owner has to do.
    enum Effect: Hashable, Sendable {
        case call(Call)
        case start(slot: Int, LeaseKey)
        case raise(slot: Int, StopFlag.Level)
        case exit(WorkerExit)
        /// An action of the state machine, told so that it can be judged; nothing is to be done.
        case decided(WorkerAction)
    }

    private(set) var machine: WorkerStateMachine
    /// The present registration.
    private(set) var worker: Int64?
    private var former: Int64?
    /// Leases that are not closed.
    private(set) var held: [LeaseKey] = []
    /// Tokens of claims without an answer.
    var unresolved: [Int] = []
    var nextToken: Int
    /// Jitter in 0..<1 for the state machine.
    var jitter = 0.0

    /// - Parameter firstToken: where this process's claim tokens begin; the product draws them at random.
    init(machine: WorkerStateMachine, firstToken: Int) {
        self.machine = machine
        nextToken = firstToken
    }

    /// Hands an event to the state machine and carries out what it decides.
    mutating func handle(_ event: WorkerEvent, now: Double) -> [Effect] {
        var effects: [Effect] = []
        var events = [event]
        // Bounded: an event that the shell itself answers gives at most one other.
        while !events.isEmpty {
            for action in machine.handle(events.removeFirst(), now: now, jitter: jitter) {
                effects.append(.decided(action))
                perform(action, now: now, &effects, &events)
            }
        }
        return effects
    }

    private mutating func perform(
        _ action: WorkerAction,
        now: Double,
        _ effects: inout [Effect],
        _ events: inout [WorkerEvent]
    ) {
        switch action {
        case .register:
            former = worker
            worker = nil
            if let former {
                effects.append(.call(.retire(former, thenRegister: true)))
            } else {
                effects.append(.call(.register(sentAt: now)))
            }
            registerSentAt = now
        case .heartbeat:
            if let worker {
                effects.append(.call(.heartbeat(worker, holding: held, sentAt: now)))
            } else {
                events.append(.heartbeatRejected)
            }
        case .claim(let limit):
            if let worker {
                nextToken += 1
                effects.append(.call(.claim(worker, limit: limit, token: nextToken, unresolved: unresolved)))
            } else {
                events.append(.claimFailed)
            }
        case .reap: effects.append(.call(.reap))
        case .start(let slot, let key): effects.append(.start(slot: slot, key))
        case .stopAfterSample(let slot): effects.append(.raise(slot: slot, .stopAfterSample))
        case .abandon(let slot): effects.append(.raise(slot: slot, .abandon))
        case .reportProgress(let key, let samples): effects.append(.call(.progress(key, samples: samples)))
        case .complete(let key, _): effects.append(.call(.complete(key)))
        case .fail(let key, _, let isRetryable): effects.append(.call(.fail(key, isRetryable: isRetryable)))
        case .release(let key, let samples, _): effects.append(.call(.release(key, samples: samples)))
        case .forget(let key): held.removeAll { $0 == key }
        case .exit(let reason): effects.append(.exit(reason))
        case .leaveKindAlone, .sayPaused, .sayResumed: break
        }
    }

    /// When the registration under way was begun; the product takes the time before it retires the former one.
    private var registerSentAt = 0.0

    /// Takes the answer to a call, nil for an error.
    mutating func receive(_ reply: Reply?, to call: Call, now: Double) -> [Effect] {
        switch (call, reply) {
        case (.retire(let old, let thenRegister), .done?):
            _ = old
            unresolved = []
            return thenRegister ? [.call(.register(sentAt: registerSentAt))] : []
        case (.register(let sentAt), .registered(let id)?):
            worker = id
            former = nil
            return handle(.registered(sentAt: sentAt), now: now)
        case (.retire(_, thenRegister: true), .refused?), (.register, .refused?):
            if worker == nil { worker = former }
            return handle(.databaseRefused(message: "no"), now: now)
        case (.retire, _), (.register, _):
            if worker == nil { worker = former }
            return handle(.databaseUnreachable, now: now)
        case (.heartbeat(_, _, let sentAt), .heartbeat(let reply)?):
            guard reply.isAlive else { return handle(.heartbeatRejected, now: now) }
            return handle(
                .heartbeatConfirmed(
                    sentAt: sentAt,
                    lost: reply.lost,
                    askedBack: reply.askedBack,
                    strays: reply.strays
                ),
                now: now
            )
        case (.heartbeat, .refused?): return handle(.databaseRefused(message: "no"), now: now)
        case (.heartbeat, _): return handle(.databaseUnreachable, now: now)
        case (.claim, .claim(.scenes(let keys))?):
            held += keys
            return handle(.claimed(keys), now: now)
        case (.claim(let claimer, _, let token, _), let reply):
            // Tokens belong to a registration and go with it.
            if claimer == worker { unresolved.append(token) }
            if case .claim(.expired)? = reply { return handle(.claimRefused, now: now) }
            if reply == .refused { return handle(.claimDenied(message: "no"), now: now) }
            return handle(.claimFailed, now: now)
        case (.reap, .reap(let report)?):
            return handle(.reaped(didRun: report.didRun, requeued: report.requeued), now: now)
        case (.reap, _): return handle(.reaped(didRun: false, requeued: 0), now: now)
        case (.progress(let key, _), .accepted(false)?): return handle(.leaseLost(key), now: now)
        case (.progress, _): return []
        case (.complete(let key), .accepted?), (.fail(let key, _), .accepted?), (.release(let key, _), .accepted?):
            held.removeAll { $0 == key }
            return handle(.leaseClosed(key), now: now)
        case (.complete(let key), .refused?), (.fail(let key, _), .refused?), (.release(let key, _), .refused?):
            return handle(.closingRefused(key, message: "no"), now: now)
        case (.complete, _), (.fail, _), (.release, _):
            // A closing write is repeated until it is through.
            return [.call(call)]
        }
    }
}

extension QueueModel {
    /// Carries out a call.
    mutating func perform(_ call: ShellModel.Call) -> ShellModel.Reply {
        switch call {
        case .retire(let worker, _):
            retire(worker)
            return .done
        case .register: return .registered(register())
        case .heartbeat(let worker, let holding, _): return .heartbeat(heartbeat(worker, holding: holding))
        case .claim(let worker, let limit, let token, let unresolved):
            return .claim(claim(worker, limit: limit, token: token, unresolved: unresolved))
        case .reap: return .reap(reap())
        case .progress(let key, let samples): return .accepted(progress(key, samples: samples))
        case .complete(let key): return .accepted(complete(key))
        case .fail(let key, let isRetryable): return .accepted(fail(key, isRetryable: isRetryable) != nil)
        case .release(let key, let samples): return .accepted(release(key, samples: samples))
        }
    }
}
