internal import Dispatch

/// Runs one connection's jobs on its own dispatch queue, so that libpq's blocking calls never hold one of Swift's
/// cooperative threads, of which there are only as many as cores.
final class ConnectionExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "occ.postgres.connection")

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        queue.async { unowned.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
