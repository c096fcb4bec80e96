internal import CommandSupport
internal import Dispatch
internal import Foundation
internal import Synchronization
internal import SystemSupport

/// A thread of its own that works on one scene at a time.
///
/// Inference blocks for seconds, so it never runs on Swift's cooperative threads.
final class SlotThread: Sendable {
    typealias Job = @Sendable () -> Void

    private struct Queue {
        var next: Job?
        var isClosed = false
    }

    private let queue = Mutex(Queue())
    private let wakeUp = DispatchSemaphore(value: 0)

    /// Starts the thread.
    ///
    /// Network stages keep small arrays on the stack only; 8 MiB is the system's usual size.
    ///
    /// - Parameter cpu: the only CPU that it runs on; nil leaves that to the system.
    init(index: Int, cpu: Int? = nil) {
        let thread = Thread { [self] in
            // It costs speed only.
            if let cpu, !ThreadAffinity.pin(cpu: cpu) {
                Terminal.say("slot \(index) could not be kept on CPU \(cpu); the system decides where it runs")
            }
            loop()
        }
        thread.name = "slot-\(index)"
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Hands over the next scene; the slot must be idle.
    func submit(_ job: @escaping Job) {
        queue.withLock { queue in
            precondition(queue.next == nil && !queue.isClosed, "a slot takes one scene at a time")
            queue.next = job
        }
        wakeUp.signal()
    }

    /// Ends the thread after its present job.
    func close() {
        queue.withLock { $0.isClosed = true }
        wakeUp.signal()
    }

    private func loop() {
        while true {
            wakeUp.wait()
            let (job, isClosed) = queue.withLock { queue in
                defer { queue.next = nil }
                return (queue.next, queue.isClosed)
            }
            job?()
            if isClosed { return }
        }
    }
}
