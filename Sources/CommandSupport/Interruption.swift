internal import Dispatch
internal import Foundation
internal import Synchronization
internal import SystemSupport

/// A command that says what stays where it is stopped in the middle of its work.
public protocol Interruptible {
    /// What a stop leaves behind and what the same command does then; follows "interrupted; ".
    var whatIsLeft: String { get }
}

extension Interruptible {
    /// What is said by a command that writes at its end or not at all.
    public var nothingIsLeft: String { "nothing was written, the same command begins anew" }
}

/// What SIGINT, SIGTERM and SIGHUP do to a command that does not end in order (`SignalWatcher.takeOver`): it leaves at once, wherever
/// it is, says what stays, and ends with 130.
///
/// That harms nothing: files appear whole or not at all, what is not whole is among the `Leftovers`, and a database takes a transaction
/// or nothing of it.
enum Interruption {
    private static let isLeaving = Mutex(false)
    /// The longest that removing and saying may take: a reader or a file server that does not answer must not hold the end up.
    private static let mostSeconds = 10.0
    /// A queue with a thread of its own: work on every core does not hold it up.
    private static let queue = DispatchQueue(label: "leaving")

    /// From here on a signal ends the process.
    ///
    /// - Parameter command: what is being run; where it is not `Interruptible`, nothing is said of what stays.
    static func watch(_ command: Any) {
        let remark = (command as? any Interruptible)?.whatIsLeft
        SignalWatcher.ofProcess.onInterrupt {
            isLeaving.withLock { $0 = true }
            queue.asyncAfter(deadline: .now() + mostSeconds) { _exit(ExitStatus.interrupted.rawValue) }
            // Signals are heard meanwhile: a second Ctrl-C does not wait.
            Thread.detachNewThread { leave(saying: "interrupted" + (remark.map { "; \($0)" } ?? "")) }
        }
    }

    private static func leave(saying text: String) -> Never {
        Leftovers.remove {
            Terminal.neverWait()
            Terminal.say(text)
            Terminal.flush()
            _exit(ExitStatus.interrupted.rawValue)
        }
    }

    /// Keeps a command from ending by itself while it is being left: what it then fails of is that its files are being removed.
    static func holdIfLeaving() {
        if isLeaving.withLock({ $0 }) { Thread.sleep(forTimeInterval: mostSeconds + 1) }
    }
}
