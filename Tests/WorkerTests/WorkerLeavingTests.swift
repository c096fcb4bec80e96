import CommandSupport
import Testing

@testable import Worker

/// When and why a worker leaves.
@Suite("A worker's leaving")
struct WorkerLeavingTests {
    private let first = LeaseKey(scene: 1, lease: 1)
    private let second = LeaseKey(scene: 2, lease: 1)

    /// A registered machine at time 0, its first claim under way.
    private func makeMachine(
        slots: Int = 1,
        exitWhenIdle: Double? = nil,
        exitsWhenDone: Bool = false
    ) -> WorkerStateMachine {
        var settings = WorkerStateMachine.Settings(slotCount: slots)
        settings.idleReapSeconds = 1e9
        settings.otherReapSeconds = 1e9
        settings.exitWhenIdleSeconds = exitWhenIdle
        settings.exitsWhenDone = exitsWhenDone
        var machine = WorkerStateMachine(
            settings: settings,
            leaseGuard: LeaseGuard(beatSeconds: 10, expirySeconds: 30, marginSeconds: 5)
        )
        _ = machine.handle(.tick, now: 0, jitter: 0)
        #expect(machine.handle(.registered(sentAt: 0), now: 0, jitter: 0) == [.claim(limit: slots)])
        return machine
    }

    /// Ticks through a time, answering beats, and claims with nothing and what lies ahead; gives every exit.
    private func live(
        _ machine: inout WorkerStateMachine,
        from start: Double,
        to end: Double,
        ahead: (Double) -> WorkerEvent
    ) -> [(time: Double, why: WorkerExit)] {
        var exits: [(time: Double, why: WorkerExit)] = []
        var now = start
        while now < end {
            now += 0.2
            var events: [WorkerEvent] = [.tick]
            while !events.isEmpty {
                for action in machine.handle(events.removeFirst(), now: now, jitter: 0.5) {
                    switch action {
                    case .heartbeat: events.append(.heartbeatConfirmed(sentAt: now, lost: [], askedBack: []))
                    case .register: events.append(.registered(sentAt: now))
                    case .claim: events.append(ahead(now))
                    case .exit(let why): exits.append((now, why))
                    default: break
                    }
                }
            }
        }
        return exits
    }

    @Test("It leaves once every answer of a while said that it can take nothing, and not a claim later")
    func idle() {
        for nothing in [WorkAhead.nothing, .forOthersOnly] {
            var machine = makeMachine(exitWhenIdle: 3)
            #expect(machine.handle(.claimed([], ahead: nothing), now: 1, jitter: 0.5) == [])
            let exits = live(&machine, from: 1, to: 20) { _ in .claimed([], ahead: nothing) }
            #expect(exits.map(\.why) == [.done])
            #expect(exits.allSatisfy { (4...4.3).contains($0.time) })
        }
    }

    @Test("Scenes that others hold, that wait, or whose run is paused are something; so is an answer that did not come")
    func notIdle() {
        let answers: [WorkerEvent] = [
            .claimed([], ahead: .some), .claimed([], ahead: .unknown), .claimFailed, .claimDenied(message: "no"),
        ]
        for answer in answers {
            var machine = makeMachine(exitWhenIdle: 3, exitsWhenDone: true)
            // A moment without anything, now and then, is no idleness of 3 s.
            var count = 0
            _ = machine.handle(answer, now: 0.1, jitter: 0.5)
            let exits = live(&machine, from: 1, to: 50) { _ in
                count += 1
                return count % 2 == 0 ? answer : .claimed([], ahead: .forOthersOnly)
            }
            #expect(exits.isEmpty, "\(answer)")
        }
    }

    @Test("The pause after failures is no idleness")
    func pauseAfterFailures() {
        var machine = makeMachine(exitWhenIdle: 3)
        for scene in 1...3 as ClosedRange<Int64> {
            let key = LeaseKey(scene: scene, lease: 1)
            _ = machine.handle(.claimed([key]), now: 1, jitter: 0)
            _ = machine.handle(.slotEnded(key, .failed(message: "x", isRetryable: true), samples: 0), now: 1, jitter: 0)
            _ = machine.handle(.leaseClosed(key), now: 1, jitter: 0)
        }
        var exits = live(&machine, from: 1, to: 10.8) { _ in
            Issue.record("it claims in its pause")
            return .claimFailed
        }
        #expect(exits.isEmpty)
        exits = live(&machine, from: 10.8, to: 30) { _ in .claimed([], ahead: .some) }
        #expect(exits.isEmpty)
        exits = live(&machine, from: 30, to: 50) { _ in .claimed([], ahead: .nothing) }
        #expect(exits.map(\.why) == [.done])
    }

    @Test(
        "When told to leave once everything is done it stays while others work, and leaves at the first answer that says so"
    )
    func done() {
        var machine = makeMachine(exitsWhenDone: true)
        var exits = live(&machine, from: 0, to: 60) { _ in .claimed([], ahead: .forOthersOnly) }
        _ = machine.handle(.claimed([], ahead: .forOthersOnly), now: 60, jitter: 0)
        exits += live(&machine, from: 60, to: 120) { _ in .claimed([], ahead: .some) }
        #expect(exits.isEmpty)
        exits = live(&machine, from: 120, to: 140) { _ in .claimed([], ahead: .nothing) }
        #expect(exits.map(\.why) == [.done])
    }

    @Test("While a slot is busy nothing is decided by an empty claim")
    func busySlot() {
        var machine = makeMachine(slots: 2, exitWhenIdle: 0, exitsWhenDone: true)
        _ = machine.handle(.claimed([first]), now: 1, jitter: 0)
        #expect(machine.handle(.claimed([], ahead: .nothing), now: 1.1, jitter: 0).contains(.exit(.done)) == false)
    }

    @Test("A claim that is refused for good is told apart from one that found nothing, and ends the worker in time")
    func deniedClaims() {
        var machine = makeMachine(exitWhenIdle: 1, exitsWhenDone: true)
        _ = machine.handle(.claimDenied(message: "permission denied"), now: 0.1, jitter: 0)
        let exits = live(&machine, from: 0.1, to: 120) { _ in .claimDenied(message: "permission denied") }
        #expect(exits.count == 1 && exits.allSatisfy { (60...66).contains($0.time) })
        guard case .refused(let why)? = exits.first?.why else {
            Issue.record("\(exits)")
            return
        }
        #expect(why.contains("this worker's claims") && why.hasSuffix("permission denied"))
    }

    @Test("A password that was changed ends the worker after a minute, and its scene goes back if it can")
    func refusedContact() {
        var machine = makeMachine()
        _ = machine.handle(.claimed([first]), now: 1, jitter: 0)
        var now = 9.0
        var actions: [WorkerAction] = []
        while now < 200, !actions.contains(where: { if case .exit = $0 { true } else { false } }) {
            now += 0.2
            var events: [WorkerEvent] = [.tick]
            while !events.isEmpty {
                let taken = machine.handle(events.removeFirst(), now: now, jitter: 0.5)
                actions += taken
                if taken.contains(.heartbeat) || taken.contains(.register) {
                    events.append(.databaseRefused(message: "password authentication failed"))
                }
                if taken.contains(.abandon(slot: 0)) { events.append(.slotEnded(first, .stopped, samples: 1)) }
            }
        }
        #expect((65...82).contains(now), "a minute from the first refused beat: \(now)")
        #expect(actions.contains(.abandon(slot: 0)), "it stops by itself before its lease ends")
        guard case .exit(.refused(let why))? = actions.last else {
            Issue.record("\(actions.suffix(3))")
            return
        }
        #expect(why.contains("password authentication failed"))
        #expect(actions.count { $0 == .register || $0 == .heartbeat } < 25)
    }

    @Test("An outage is waited for, and a refusal before it does not count")
    func outage() {
        var machine = makeMachine()
        _ = machine.handle(.claimFailed, now: 0.1, jitter: 0)
        var contacts = 0
        var now = 0.0
        var left: Double?
        while now < 4000, left == nil {
            now += 0.2
            var events: [WorkerEvent] = [.tick]
            while !events.isEmpty {
                for action in machine.handle(events.removeFirst(), now: now, jitter: 0.5) {
                    if action == .heartbeat || action == .register {
                        contacts += 1
                        events.append(contacts == 1 ? .databaseRefused(message: "no") : .databaseUnreachable)
                    }
                    if case .claim = action { events.append(.claimFailed) }
                    if case .exit = action { left = now }
                }
            }
        }
        #expect(left.map { (3600...3630).contains($0) } == true, "\(left ?? 0)")
    }

    @Test(
        "A report that is refused becomes a release; where that is refused too, the registration is given up, the slot is free"
    )
    func refusedReport() {
        var machine = makeMachine()
        _ = machine.handle(.claimed([first]), now: 1, jitter: 0)
        let failure = SlotOutcome.failed(message: "x", isRetryable: true)
        #expect(
            machine.handle(.slotEnded(first, failure, samples: 2), now: 2, jitter: 0)
                == [.fail(first, message: "x", isRetryable: true)]
        )
        #expect(
            machine.handle(.closingRefused(first, message: "no"), now: 3, jitter: 0)
                == [.release(first, samples: 2, why: .refused("no"))]
        )
        var taken = machine
        #expect(taken.handle(.leaseClosed(first), now: 4, jitter: 0) == [.claim(limit: 1)])
        #expect(
            machine.handle(.closingRefused(first, message: "no"), now: 4, jitter: 0) == [.forget(first), .register]
        )
        #expect(machine.handle(.registered(sentAt: 4), now: 4, jitter: 0) == [.claim(limit: 1)])
        #expect(machine.handle(.claimed([second]), now: 5, jitter: 0) == [.start(slot: 0, second)])
    }

    @Test("Three refused reports in a row end the worker; one that is taken in between does not")
    func refusedReports() {
        func report(_ scene: Int64, to machine: inout WorkerStateMachine, isTaken: Bool) -> [WorkerAction] {
            let key = LeaseKey(scene: scene, lease: 1)
            _ = machine.handle(.claimed([key]), now: 1, jitter: 0)
            _ = machine.handle(.slotEnded(key, .finished(.test), samples: 1), now: 1, jitter: 0)
            if isTaken { return machine.handle(.leaseClosed(key), now: 1, jitter: 0) }
            return machine.handle(.closingRefused(key, message: "no \(scene)"), now: 1, jitter: 0)
                + machine.handle(.leaseClosed(key), now: 1, jitter: 0)
        }
        var machine = makeMachine()
        for scene in 1...10 as ClosedRange<Int64> {
            let actions = report(scene, to: &machine, isTaken: scene % 3 == 0)
            #expect(actions.last == .claim(limit: 1))
        }
        _ = report(11, to: &machine, isTaken: false)
        let actions = report(12, to: &machine, isTaken: false)
        guard case .exit(.refused(let why))? = actions.last else {
            Issue.record("\(actions)")
            return
        }
        #expect(why.contains("3 results or reports in a row") && why.contains("no 12"))
    }

    @Test("What the end means for whoever started the worker")
    func exitCodes() throws {
        func status(_ reason: WorkerExit, refused: Int = 0, unknownRun: String? = nil) -> Int32 {
            do {
                try ServeCommand.judge(reason, writesRefused: refused, unknownRun: unknownRun)
                return 0
            } catch {
                return error.status.rawValue
            }
        }
        #expect(status(.done) == 0)
        #expect(status(.done, refused: 1) == 3)
        #expect(status(.done, unknownRun: "x") == 2)
        #expect(status(.stopped) == 130)
        #expect(status(.hostFailed("disk full")) == 3)
        #expect(status(.refused("password")) == 3)
    }
}

@Suite("What a worker tells of itself")
struct WorkerTellingTests {
    @Test("Trouble that repeats itself is told at growing intervals, and what was not told is counted")
    func repeatedTrouble() {
        var trouble = RepeatedTrouble(at: 100)
        var told: [(at: Double, text: String)] = []
        var now = 100.0
        while now < 100 + 7200 {
            if let text = trouble.note(now: now) { told.append((now, text)) }
            now += 2.5
        }
        #expect(told.first?.text == "")
        #expect(told.map { $0.at - 100 }.prefix(5) == [0, 10, 30, 70, 150])
        #expect(told.count < 20, "two hours of trouble")
        #expect(told.dropFirst().first?.text == "5 times in 10 s, 3 of them not told")
        #expect(zip(told, told.dropFirst()).allSatisfy { $1.at - $0.at <= 602.5 })
        #expect(trouble.summary(now: now) == "after 2880 failures in 7200 s")
    }

    @Test("A rate comes from finished samples, of each run apart; what was long ago does not count")
    func rates() throws {
        var meter = RateMeter()
        #expect(meter.rates(now: 0) == [:])
        meter.begin(run: 1, now: 0)
        meter.begin(run: 2, now: 0)
        #expect(meter.rates(now: 5) == [:], "nothing is finished yet")
        for second in stride(from: 2.0, through: 100, by: 2) { meter.noteSample(run: 1, now: second) }
        meter.noteSample(run: 2, now: 50)
        var rates = meter.rates(now: 100)
        #expect(try #require(rates[1]).isNear(0.5))
        #expect(try #require(rates[2]).isNear(0.01))
        // A slot that hangs is seen within three minutes.
        rates = meter.rates(now: 200)
        #expect(try #require(rates[1]) < 0.25)
        #expect(meter.rates(now: 281) == [:])
        // Begun again after a pause, it is measured from then on.
        meter.end(run: 1)
        meter.end(run: 2)
        meter.begin(run: 1, now: 1000)
        for second in stride(from: 1002.0, through: 1010, by: 2) { meter.noteSample(run: 1, now: second) }
        #expect(try #require(meter.rates(now: 1010)[1]).isNear(0.5))
        for _ in 0..<20_000 { meter.noteSample(run: 1, now: 1011) }
        #expect(try #require(meter.rates(now: 1012)[1]) > 1000, "bounded in memory, and still a rate")
    }
}

extension Double {
    fileprivate func isNear(_ other: Double) -> Bool { abs(self - other) < 0.03 * other }
}
