import JobQueue
import Synchronization

/// What the calls of a fleet came to, apart for the idle and the busy time.
final class Phase: Sendable {
    let idle = Record()
    let busy = Record()
    let isBusy = Atomic(false)

    /// Where the calls of this moment are noted.
    var record: Record { isBusy.load(ordering: .relaxed) ? busy : idle }

    final class Record: Sendable {
        let claims = Latencies()
        let emptyClaims = Latencies()
        let completions = Latencies()
        let beats = Latencies()
        let refused = Mutex(0)
        let failures = Mutex<[String]>([])

        func fail(_ error: any Error) {
            guard !(error is CancellationError) else { return }
            failures.withLock { if $0.count < 5 { $0.append("\(error)") } }
        }
    }
}

/// The scene that a simulated worker holds.
final class HeldLease: Sendable {
    private let lease = Mutex<SceneLease?>(nil)

    var current: SceneLease? {
        get { lease.withLock { $0 } }
        set { lease.withLock { $0 = newValue } }
    }
}
