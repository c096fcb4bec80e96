import Testing

@testable import Worker

/// What a worker does about lost answers, vanished colleagues, its own failures and what it does not understand.
@Suite("Worker in trouble")
struct WorkerTroubleTests {
    private let first = LeaseKey(scene: 1, lease: 1)
    private let second = LeaseKey(scene: 2, lease: 5)

    /// A registered machine at time 0.1, its first claim under way.
    private func makeMachine(slots: Int = 1, reapSeconds: Double = 1e9) -> WorkerStateMachine {
        var settings = WorkerStateMachine.Settings(slotCount: slots)
        settings.idleReapSeconds = reapSeconds
        settings.otherReapSeconds = reapSeconds * 2
        var machine = WorkerStateMachine(
            settings: settings,
            leaseGuard: LeaseGuard(beatSeconds: 10, expirySeconds: 30, marginSeconds: 5)
        )
        #expect(machine.handle(.tick, now: 0, jitter: 0) == [.register])
        #expect(machine.handle(.registered(sentAt: 0), now: 0.1, jitter: 0) == [.claim(limit: slots)])
        return machine
    }

    @Test("A scene that the database counts as this worker's without its knowing is given back")
    func strays() {
        var machine = makeMachine()
        _ = machine.handle(.claimed([first]), now: 1, jitter: 0)
        #expect(machine.handle(.tick, now: 9.5, jitter: 0) == [.heartbeat])
        let reply = WorkerEvent.heartbeatConfirmed(sentAt: 9.5, lost: [], askedBack: [], strays: [second])
        #expect(machine.handle(reply, now: 9.6, jitter: 0) == [.release(second, samples: 0, why: .claimLost)])
        #expect(machine.handle(.leaseClosed(second), now: 9.7, jitter: 0) == [])
        #expect(
            machine.handle(.slotEnded(first, .finished(.test), samples: 1), now: 10, jitter: 0) == [
                .complete(first, .test)
            ]
        )
    }

    @Test("It is not given back while the answer to its claim may still come")
    func straysOfAClaimUnderWay() {
        var machine = makeMachine()
        #expect(machine.handle(.tick, now: 9.5, jitter: 0) == [.heartbeat])
        let reply = WorkerEvent.heartbeatConfirmed(sentAt: 9.5, lost: [], askedBack: [], strays: [first])
        #expect(machine.handle(.claimed([first]), now: 9.6, jitter: 0) == [.start(slot: 0, first)])
        #expect(machine.handle(reply, now: 9.7, jitter: 0) == [], "the claim was under way when the heartbeat was sent")
    }

    @Test("What a claim of a former registration brings is given back unworked")
    func staleClaim() {
        var machine = makeMachine()
        #expect(machine.handle(.tick, now: 9.5, jitter: 0) == [.heartbeat])
        #expect(machine.handle(.heartbeatRejected, now: 9.6, jitter: 0) == [.register])
        #expect(machine.handle(.registered(sentAt: 9.6), now: 9.7, jitter: 0) == [])
        #expect(
            machine.handle(.claimed([first]), now: 9.8, jitter: 0) == [.release(first, samples: 0, why: .claimStale)]
        )
        #expect(machine.handle(.leaseClosed(first), now: 9.9, jitter: 0) == [.claim(limit: 1)])
    }

    @Test("A claim that is refused ends its own registration, and no later one")
    func refusedClaim() {
        var machine = makeMachine()
        #expect(machine.handle(.claimRefused, now: 1, jitter: 0) == [.register])
        #expect(machine.handle(.registered(sentAt: 1), now: 1.1, jitter: 0) == [.claim(limit: 1)])

        var late = makeMachine()
        _ = late.handle(.tick, now: 9.5, jitter: 0)
        #expect(late.handle(.heartbeatRejected, now: 9.6, jitter: 0) == [.register])
        #expect(late.handle(.claimRefused, now: 9.7, jitter: 0) == [], "a registration is under way already")
        #expect(late.handle(.registered(sentAt: 9.6), now: 9.8, jitter: 0) == [.claim(limit: 1)])
        #expect(late.leaseGuard.isTrusted(at: 9.8))
    }

    @Test("Of many idle workers one looks for vanished workers, the others look whether it does")
    func reapingByAnother() {
        var machine = makeMachine(reapSeconds: 2)
        _ = machine.handle(.claimed([]), now: 0.2, jitter: 0)
        #expect(machine.handle(.tick, now: 1.8, jitter: 0).contains(.reap))
        _ = machine.handle(.reaped(didRun: false, requeued: 0), now: 2, jitter: 0)
        #expect(!machine.handle(.tick, now: 5.1, jitter: 0).contains(.reap))
        #expect(machine.handle(.tick, now: 5.3, jitter: 0).contains(.reap))
        _ = machine.handle(.reaped(didRun: true, requeued: 0), now: 5.4, jitter: 0)
        #expect(machine.handle(.tick, now: 7.1, jitter: 0).contains(.reap))
    }

    @Test("With a slot idle it looks for vanished workers often, and claims at once what they left")
    func reaping() {
        var machine = makeMachine(reapSeconds: 2)
        #expect(machine.handle(.claimed([]), now: 0.2, jitter: 0) == [])
        // Longer and longer pauses between claims.
        for _ in 0..<3 {
            _ = machine.handle(.tick, now: 1.5, jitter: 1)
            _ = machine.handle(.claimed([]), now: 1.5, jitter: 1)
        }
        #expect(machine.handle(.tick, now: 1.8, jitter: 0) == [.reap])
        #expect(machine.handle(.tick, now: 1.9, jitter: 0) == [], "one look at a time")
        #expect(machine.handle(.reaped(didRun: true, requeued: 3), now: 2, jitter: 0) == [.claim(limit: 1)])
        #expect(machine.handle(.claimed([first]), now: 2.1, jitter: 0) == [.start(slot: 0, first)])
        #expect(machine.handle(.tick, now: 3.7, jitter: 0) == [.reap])
        #expect(machine.handle(.reaped(didRun: true, requeued: 0), now: 3.8, jitter: 0) == [])
        #expect(machine.handle(.tick, now: 6.9, jitter: 0) == [], "with every slot busy it is not urgent")
        #expect(machine.handle(.tick, now: 7.1, jitter: 0) == [.reap])
    }

    @Test("A host on which scene after scene fails pauses for longer and longer, and probes with one scene")
    func breaker() {
        var machine = makeMachine()
        func fail(_ scene: Int64, lease: Int64 = 1, at now: Double) -> [WorkerAction] {
            let key = LeaseKey(scene: scene, lease: lease)
            #expect(machine.handle(.claimed([key]), now: now, jitter: 0) == [.start(slot: 0, key)])
            let outcome = SlotOutcome.failed(message: "no picture", isRetryable: true)
            let actions = machine.handle(.slotEnded(key, outcome, samples: 0), now: now, jitter: 0)
            #expect(actions.first == .fail(key, message: "no picture", isRetryable: true))
            return Array(actions.dropFirst()) + machine.handle(.leaseClosed(key), now: now, jitter: 0)
        }
        #expect(fail(1, at: 1) == [.claim(limit: 1)])
        #expect(fail(2, at: 1) == [.claim(limit: 1)])
        #expect(fail(2, lease: 2, at: 1) == [.claim(limit: 1)], "the same scene again says nothing new about the host")
        #expect(fail(3, at: 1) == [.sayPaused(seconds: 10, message: "no picture")])
        #expect(machine.handle(.tick, now: 8.9, jitter: 0) == [])
        #expect(machine.handle(.tick, now: 11, jitter: 0) == [.heartbeat, .claim(limit: 1)])
        #expect(machine.handle(.heartbeatConfirmed(sentAt: 11, lost: [], askedBack: []), now: 11, jitter: 0) == [])
        #expect(fail(4, at: 11) == [.sayPaused(seconds: 20, message: "no picture")])
        #expect(machine.handle(.tick, now: 30, jitter: 0) == [.heartbeat])
        #expect(machine.handle(.heartbeatConfirmed(sentAt: 30, lost: [], askedBack: []), now: 30.9, jitter: 0) == [])
        #expect(machine.handle(.tick, now: 31, jitter: 0) == [.claim(limit: 1)])
        _ = machine.handle(.claimed([first]), now: 31, jitter: 0)
        #expect(
            machine.handle(.slotEnded(first, .finished(.test), samples: 1), now: 32, jitter: 0)
                == [.complete(first, .test), .sayResumed]
        )
        #expect(machine.handle(.leaseClosed(first), now: 33, jitter: 0) == [.claim(limit: 1)])
    }

    @Test("The pauses of a bad host are bounded; failures of what was claimed before do not add to them")
    func breakerPauses() {
        var breaker = FailureBreaker()
        var pauses: [Double] = []
        var now = 0.0
        for scene in 0..<12 as Range<Int64> {
            guard let pause = breaker.noteFailure(of: scene, isRetryable: true, now: now) else { continue }
            pauses.append(pause)
            #expect(breaker.noteFailure(of: scene + 100, isRetryable: true, now: now + pause / 2) == nil)
            #expect(breaker.claimLimit(idle: 4, slots: 4, at: now + pause * 0.99) == 0)
            now += pause
            #expect(breaker.claimLimit(idle: 3, slots: 4, at: now) == 0, "one probe at a time")
            #expect(breaker.claimLimit(idle: 4, slots: 4, at: now) == 1)
        }
        #expect(pauses == [10, 20, 40, 80, 120, 120, 120, 120, 120, 120])
        for scene in 20..<25 as Range<Int64> {
            #expect(
                breaker.noteFailure(of: scene, isRetryable: false, now: now) == 10,
                "damaged pictures need no long pause"
            )
            now += 10
        }
        #expect(breaker.noteFailure(of: 25, isRetryable: true, now: now) == 120)
        now += 120
        let wasTripped = breaker.noteSuccess()
        #expect(wasTripped && !breaker.isTripped && breaker.claimLimit(idle: 4, slots: 4, at: now) == 4)
        // Now and then a success: a host that is not at fault.
        for scene in 0..<100 as Range<Int64> {
            #expect(breaker.noteFailure(of: scene, isRetryable: true, now: now) == nil)
            let endedPause = scene % 2 == 1 && breaker.noteSuccess()
            #expect(!endedPause)
        }
    }

    @Test("What it does not understand is given back, and its kind left alone")
    func notUnderstood() {
        var machine = makeMachine()
        _ = machine.handle(.claimed([first]), now: 1, jitter: 0)
        #expect(
            machine.handle(.slotEnded(first, .notUnderstood(message: "version 9"), samples: 0), now: 2, jitter: 0)
                == [
                    .leaveKindAlone(first, message: "version 9"),
                    .release(first, samples: 0, why: .notUnderstood("version 9")),
                ]
        )
        #expect(machine.handle(.leaseClosed(first), now: 3, jitter: 0) == [.claim(limit: 1)])
    }
}
