import Testing

@testable import Worker

/// Scenes over which workers died are worked on alone, so that a crash takes nobody along.
@Suite("Suspects")
struct SuspectTests {
    private let first = LeaseKey(scene: 1, lease: 1)
    private let second = LeaseKey(scene: 2, lease: 1)
    private let suspect = LeaseKey(scene: 3, lease: 3)
    private let other = LeaseKey(scene: 4, lease: 3)

    private func makeMachine(slots: Int) -> WorkerStateMachine {
        var settings = WorkerStateMachine.Settings(slotCount: slots)
        settings.idleReapSeconds = 1e9
        settings.otherReapSeconds = 1e9
        var machine = WorkerStateMachine(
            settings: settings,
            leaseGuard: LeaseGuard(beatSeconds: 10, expirySeconds: 30, marginSeconds: 5)
        )
        _ = machine.handle(.tick, now: 0, jitter: 0)
        _ = machine.handle(.registered(sentAt: 0), now: 0.1, jitter: 0)
        return machine
    }

    @Test("A suspect waits until its neighbours are done, then works alone; one more is given back")
    func alone() {
        var machine = makeMachine(slots: 4)
        #expect(
            machine.handle(.claimed([first, suspect, other, second], suspects: [suspect, other]), now: 1, jitter: 0)
                == [
                    .start(slot: 0, first), .release(other, samples: 0, why: .otherSuspectFirst),
                    .start(slot: 3, second),
                ]
        )
        #expect(
            machine.handle(.slotEnded(first, .finished(.test), samples: 1), now: 2, jitter: 0) == [
                .complete(first, .test)
            ]
        )
        #expect(machine.handle(.leaseClosed(first), now: 3, jitter: 0) == [])
        #expect(machine.handle(.leaseClosed(other), now: 3, jitter: 0) == [])
        #expect(
            machine.handle(.slotEnded(second, .finished(.test), samples: 1), now: 4, jitter: 0) == [
                .complete(second, .test)
            ]
        )
        #expect(machine.handle(.leaseClosed(second), now: 5, jitter: 0) == [.start(slot: 1, suspect)])
        #expect(machine.handle(.tick, now: 6, jitter: 0) == [])
        #expect(
            machine.handle(.slotEnded(suspect, .finished(.test), samples: 1), now: 7, jitter: 0)
                == [.complete(suspect, .test), .claim(limit: 3)]
        )
    }

    @Test("A worker of one slot is always alone")
    func oneSlot() {
        var machine = makeMachine(slots: 1)
        #expect(
            machine.handle(.claimed([suspect], suspects: [suspect]), now: 1, jitter: 0) == [.start(slot: 0, suspect)]
        )
    }

    @Test("A suspect that waits is given back at a stop, and dropped when its lease is lost")
    func ends() {
        var machine = makeMachine(slots: 2)
        _ = machine.handle(.claimed([first, suspect], suspects: [suspect]), now: 1, jitter: 0)
        var stopped = machine
        #expect(
            stopped.handle(.stopRequested, now: 2, jitter: 0)
                == [.stopAfterSample(slot: 0), .release(suspect, samples: 0, why: .workerStopped)]
        )
        #expect(machine.handle(.leaseLost(suspect), now: 2, jitter: 0).contains(.forget(suspect)))
        #expect(machine.handle(.tick, now: 2.1, jitter: 0).contains(.start(slot: 1, suspect)) == false)
    }
}
