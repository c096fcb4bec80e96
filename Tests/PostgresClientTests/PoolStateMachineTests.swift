import TestSupport
import Testing

@testable import PostgresClient

@Suite struct PoolStateMachineTests {
    /// Random events against a plain model: never more connections than allowed, nobody waits beside a free place, first come
    /// first served, every waiter is served once.
    @Test(arguments: 1...4)
    func keepsItsBounds(maximum: Int) {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        var machine = PoolStateMachine<Int>(maximumConnections: maximum)
        var lent: [Int] = []
        var opening = 0
        var queue: [UInt64] = []
        var nextConnection = 0

        func serve(_ action: PoolStateMachine<Int>.ReleaseAction) {
            switch action {
            case .none: break
            case .give(let connection, let waiter):
                #expect(queue.first == waiter)
                queue.removeFirst()
                lent.append(connection)
            case .letOpen(let waiter):
                #expect(queue.first == waiter)
                queue.removeFirst()
                opening += 1
            case .close: Issue.record("an open pool closes nothing")
            }
        }

        for _ in 0..<5000 {
            switch Int.random(in: 0..<6, using: &generator) {
            case 0, 1:
                switch machine.acquire() {
                case .use(let connection): lent.append(connection)
                case .open: opening += 1
                case .wait(let waiter):
                    #expect(lent.count + opening == maximum)
                    queue.append(waiter)
                case .refuse: Issue.record("an open pool refuses nobody")
                }
            case 2 where !lent.isEmpty:
                serve(machine.release(lent.remove(at: .random(in: lent.indices, using: &generator))))
            case 3 where !lent.isEmpty:
                lent.removeLast()
                serve(machine.discard())
            case 4 where opening > 0:
                opening -= 1
                if Bool.random(using: &generator) {
                    nextConnection += 1
                    lent.append(nextConnection)
                } else {
                    serve(machine.discard())
                }
            case 5 where !queue.isEmpty:
                let waiter = queue.remove(at: .random(in: queue.indices, using: &generator))
                let first = machine.abandon(waiter)
                let second = machine.abandon(waiter)
                #expect(first && !second)
            default: break
            }
            #expect(machine.busyCount == lent.count + opening)
            #expect(machine.waiters == queue)
            #expect(Set(lent).count == lent.count)
            #expect(queue.isEmpty || machine.busyCount == maximum)
            #expect(machine.busyCount + machine.idle.count <= maximum)
        }
        let (connections, waiters) = machine.close()
        #expect(waiters == queue)
        #expect(Set(connections).isDisjoint(with: lent))
        if case .refuse = machine.acquire() {} else { Issue.record("a closed pool must refuse") }
        for connection in lent {
            if case .close = machine.release(connection) {} else { Issue.record("must be closed") }
        }
    }
}
