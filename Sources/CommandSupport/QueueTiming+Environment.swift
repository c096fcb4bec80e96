internal import Foundation
public import JobQueue

extension QueueTiming {
    /// The environment variable that holds the seconds of silence after which a worker counts as gone.
    public static let leaseVariable = "OCC_LEASE_SECONDS"

    /// The product's timing, or the one that `OCC_LEASE_SECONDS` asks for: a beat every third of it, a look for the
    /// dead at least every sixth.
    ///
    /// Each worker registers its own expiry, so workers of different settings can share a database; the product's value is 30.
    ///
    /// - Throws: `CommandFailure` for a value that is no number from 3 to 3600.
    public static func fromEnvironment() throws -> QueueTiming {
        let environment = ProcessInfo.processInfo.environment
        guard let text = environment[leaseVariable], !text.isEmpty else { return QueueTiming() }
        guard let seconds = Double(text), (3...3600).contains(seconds) else {
            throw CommandFailure(.configuration, "\(leaseVariable)='\(text)' is no number of seconds from 3 to 3600")
        }
        return QueueTiming(
            heartbeatIntervalSeconds: seconds / 3,
            expirySeconds: seconds,
            reapIntervalSeconds: min(QueueTiming().reapIntervalSeconds, seconds / 6)
        )
    }
}
