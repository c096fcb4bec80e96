import TestSupport
import Testing

@testable import Worker

@Suite("Worker state machine")
struct WorkerStateMachineTests {
    private let first = LeaseKey(scene: 1, lease: 1)
    private let second = LeaseKey(scene: 2, lease: 5)

    /// Without looks for vanished workers, except where a test is about them.
    private func makeMachine(slots: Int = 1, reapSeconds: Double = 1e9, refusedWrites: Int = 3) -> WorkerStateMachine {
        var settings = WorkerStateMachine.Settings(slotCount: slots)
        settings.idleReapSeconds = reapSeconds
        settings.otherReapSeconds = reapSeconds * 2
        settings.patience.refusedWrites = refusedWrites
        return WorkerStateMachine(
            settings: settings,
            leaseGuard: LeaseGuard(beatSeconds: 10, expirySeconds: 30, marginSeconds: 5)
        )
    }

    /// A machine that holds `first` in slot 0 at time 1.
    private func makeWorkingMachine() -> WorkerStateMachine {
        var machine = makeMachine()
        _ = machine.handle(.tick, now: 0, jitter: 0)
        _ = machine.handle(.registered(sentAt: 0), now: 0.1, jitter: 0)
        _ = machine.handle(.claimed([first]), now: 1, jitter: 0)
        return machine
    }

    @Test("It registers, claims for its idle slots, works, completes and claims again")
    func ordinaryLife() {
        var machine = makeMachine()
        #expect(machine.handle(.tick, now: 0, jitter: 0) == [.register])
        #expect(machine.handle(.registered(sentAt: 0), now: 0.1, jitter: 0) == [.claim(limit: 1)])
        #expect(machine.handle(.claimed([first]), now: 1, jitter: 0) == [.start(slot: 0, first)])
        #expect(
            machine.handle(.sampleStored(first, samples: 1), now: 2, jitter: 0) == [.reportProgress(first, samples: 1)]
        )
        #expect(
            machine.handle(.slotEnded(first, .finished(.test), samples: 1), now: 3, jitter: 0) == [
                .complete(first, .test)
            ]
        )
        #expect(machine.handle(.leaseClosed(first), now: 3.1, jitter: 0) == [.claim(limit: 1)])
    }

    @Test("Empty claims are repeated at growing, bounded intervals")
    func polling() {
        var machine = makeMachine()
        _ = machine.handle(.tick, now: 0, jitter: 0)
        _ = machine.handle(.registered(sentAt: 0), now: 0, jitter: 0)
        var now = 0.0
        var waits: [Double] = []
        for _ in 0..<12 {
            _ = machine.handle(.claimed([]), now: now, jitter: 0.5)
            let start = now
            while true {
                now += 0.05
                let actions = machine.handle(.tick, now: now, jitter: 0.5)
                if actions.contains(.heartbeat) {
                    _ = machine.handle(.heartbeatConfirmed(sentAt: now, lost: [], askedBack: []), now: now, jitter: 0.5)
                }
                if actions.contains(.claim(limit: 1)) { break }
            }
            waits.append(now - start)
        }
        #expect(waits[0] < 0.3)
        #expect(waits.allSatisfy { $0 <= 5.06 })
        #expect(zip(waits, waits.dropFirst()).allSatisfy { $1 >= $0 - 0.06 })
        #expect(waits.last! > 3.7 && waits.last! < 3.9)
    }

    @Test("A worker that cannot renew abandons its scenes before they expire, and registers anew")
    func selfFencing() {
        var machine = makeWorkingMachine()
        #expect(machine.handle(.tick, now: 9.5, jitter: 0) == [.heartbeat])
        #expect(machine.handle(.databaseUnreachable, now: 12, jitter: 0) == [])
        #expect(machine.handle(.tick, now: 13, jitter: 0) == [.heartbeat])
        #expect(machine.handle(.databaseUnreachable, now: 24, jitter: 0) == [])
        #expect(machine.handle(.tick, now: 24.9, jitter: 0) == [.heartbeat])
        #expect(machine.handle(.tick, now: 25, jitter: 0) == [.abandon(slot: 0)])
        #expect(!machine.leaseGuard.isTrusted(at: 25))
        #expect(machine.handle(.databaseUnreachable, now: 26, jitter: 0) == [])
        #expect(machine.handle(.tick, now: 27, jitter: 0) == [.register])
        // The slot is still busy with what it abandoned, so nothing is claimed for it.
        #expect(machine.handle(.registered(sentAt: 27), now: 27.1, jitter: 0) == [])
        #expect(
            machine.handle(.slotEnded(first, .finished(.test), samples: 3), now: 28, jitter: 0) == [
                .forget(first), .claim(limit: 1),
            ]
        )
    }

    @Test("A revoked or lost lease gets no closing write")
    func revoked() {
        var machine = makeWorkingMachine()
        #expect(
            machine.handle(.heartbeatConfirmed(sentAt: 5, lost: [first, second], askedBack: []), now: 5, jitter: 0)
                == [.abandon(slot: 0)]
        )
        #expect(machine.handle(.sampleStored(first, samples: 2), now: 5.5, jitter: 0) == [])
        #expect(
            machine.handle(.slotEnded(first, .stopped, samples: 2), now: 6, jitter: 0)
                == [.forget(first), .claim(limit: 1)]
        )
    }

    @Test("The scene of a paused run is given back after the sample in hand")
    func askedBack() {
        var machine = makeWorkingMachine()
        #expect(
            machine.handle(.heartbeatConfirmed(sentAt: 5, lost: [], askedBack: [first]), now: 5, jitter: 0)
                == [.stopAfterSample(slot: 0)]
        )
        #expect(
            machine.handle(.slotEnded(first, .stopped, samples: 2), now: 6, jitter: 0) == [
                .release(first, samples: 2, why: .runPaused)
            ]
        )
    }

    @Test("A stop request finishes the sample, gives the scene back and leaves")
    func drain() {
        var machine = makeWorkingMachine()
        #expect(machine.handle(.stopRequested, now: 2, jitter: 0) == [.stopAfterSample(slot: 0)])
        #expect(
            machine.handle(.slotEnded(first, .stopped, samples: 4), now: 4, jitter: 0) == [
                .release(first, samples: 4, why: .workerStopped)
            ]
        )
        #expect(machine.handle(.leaseClosed(first), now: 4.1, jitter: 0) == [.exit(.stopped)])
        #expect(machine.handle(.tick, now: 5, jitter: 0) == [])
    }

    @Test("A slot that does not end in time is left behind, and its scene given back")
    func drainDeadline() {
        var machine = makeWorkingMachine()
        _ = machine.handle(.sampleStored(first, samples: 2), now: 1.5, jitter: 0)
        _ = machine.handle(.stopRequested, now: 2, jitter: 0)
        #expect(machine.handle(.tick, now: 9.4, jitter: 0).contains(.abandon(slot: 0)) == false)
        #expect(
            machine.handle(.tick, now: 9.5, jitter: 0).suffix(2) == [
                .abandon(slot: 0), .release(first, samples: 2, why: .workerStopped),
            ]
        )
        #expect(machine.handle(.tick, now: 10.5, jitter: 0).last == .exit(.stopped))
    }

    @Test("A full disk gives every scene back and says why")
    func hostFailure() {
        var machine = makeMachine(slots: 2)
        _ = machine.handle(.tick, now: 0, jitter: 0)
        _ = machine.handle(.registered(sentAt: 0), now: 0, jitter: 0)
        _ = machine.handle(.claimed([first, second]), now: 1, jitter: 0)
        #expect(
            machine.handle(.slotEnded(first, .hostFailed(message: "disk full"), samples: 1), now: 2, jitter: 0)
                == [.release(first, samples: 1, why: .hostFailed("disk full")), .stopAfterSample(slot: 1)]
        )
        _ = machine.handle(.leaseClosed(first), now: 2.1, jitter: 0)
        _ = machine.handle(.slotEnded(second, .stopped, samples: 1), now: 3, jitter: 0)
        #expect(machine.handle(.leaseClosed(second), now: 3.1, jitter: 0) == [.exit(.hostFailed("disk full"))])
    }

    @Test("Random events keep the invariants", arguments: 0..<200 as Range<UInt64>)
    func invariants(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let slotCount = Int(random.next() % 3) + 1
        var machine = makeMachine(slots: slotCount, refusedWrites: .max)
        var now = 0.0
        var nextScene: Int64 = 1
        var claimLimit: Int?
        var contact: WorkerAction?
        var working: [LeaseKey] = []
        var busySlots: Set<Int> = []
        var slotOf: [LeaseKey: Int] = [:]
        var openClosings: [LeaseKey] = []
        var closings: [LeaseKey: Int] = [:]
        var abandoned: Set<LeaseKey> = []
        var stopAt: Double?
        var exited = false

        for step in 0..<400 where !exited {
            now += Double(random.next() % 1000) / 500
            var event = WorkerEvent.tick
            switch random.next() % 9 {
            case 0 where claimLimit != nil:
                let count = Int(random.next() % UInt64(claimLimit! + 1))
                event = .claimed((0..<count).map { LeaseKey(scene: nextScene + Int64($0), lease: 1) })
                nextScene += Int64(count)
                claimLimit = nil
            case 1 where contact != nil:
                let sentAt = now - Double(random.next() % 3)
                event =
                    contact == .register
                    ? .registered(sentAt: sentAt)
                    : .heartbeatConfirmed(
                        sentAt: sentAt,
                        lost: random.next() % 4 == 0 ? Array(working.prefix(1)) : [],
                        askedBack: []
                    )
                contact = nil
            case 2 where contact != nil:
                event = .databaseUnreachable
                contact = nil
            case 3 where !working.isEmpty:
                event = .sampleStored(working[0], samples: 1)
            case 4 where !working.isEmpty:
                let key = working.remove(at: Int(random.next() % UInt64(working.count)))
                busySlots.remove(slotOf[key]!)
                event = .slotEnded(
                    key,
                    random.next() % 2 == 0 ? .finished(.test) : .failed(message: "x", isRetryable: true),
                    samples: 1
                )
            case 5 where !openClosings.isEmpty:
                let key = openClosings.removeFirst()
                if random.next() % 4 == 0 {
                    event = .closingRefused(key, message: "no")
                    closings[key] = 0
                } else {
                    event = .leaseClosed(key)
                }
            case 6 where step > 300 && stopAt == nil:
                event = .stopRequested
                stopAt = now
            case 7 where !working.isEmpty && random.next() % 5 == 0:
                event = .leaseLost(working[0])
            default: break
            }
            for action in machine.handle(event, now: now, jitter: Double(random.next() % 100) / 100) {
                switch action {
                case .claim(let limit):
                    #expect(claimLimit == nil && stopAt == nil && machine.leaseGuard.isTrusted(at: now), "seed \(seed)")
                    #expect(limit <= slotCount - busySlots.count, "seed \(seed)")
                    claimLimit = limit
                case .register, .heartbeat:
                    #expect(contact == nil, "seed \(seed)")
                    contact = action
                case .start(let slot, let key):
                    #expect(!busySlots.contains(slot) && machine.leaseGuard.isTrusted(at: now), "seed \(seed)")
                    busySlots.insert(slot)
                    slotOf[key] = slot
                    working.append(key)
                case .complete(let key, _), .fail(let key, _, _), .release(let key, _, _):
                    closings[key, default: 0] += 1
                    openClosings.append(key)
                    #expect(closings[key] == 1 && !abandoned.contains(key), "seed \(seed)")
                case .reportProgress(let key, _):
                    #expect(closings[key] == nil && !abandoned.contains(key), "seed \(seed)")
                case .abandon(let slot):
                    // The slot may have ended at this very event; at the drain deadline the lease is still good.
                    let key = slotOf.first { $0.value == slot && working.contains($0.key) }?.key
                    if let key, stopAt == nil || now < stopAt! + 7.5 { abandoned.insert(key) }
                case .stopAfterSample:
                    #expect(stopAt != nil, "seed \(seed)")
                case .forget(let key):
                    #expect(closings[key, default: 0] == 0, "seed \(seed)")
                case .reap, .leaveKindAlone, .sayPaused, .sayResumed: break
                case .exit:
                    exited = true
                }
            }
            if let stopAt, !exited { #expect(now < stopAt + 9, "seed \(seed): still there") }
        }
    }
}
