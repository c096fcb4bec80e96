internal import Monitoring
internal import Synchronization

/// What this process has done and how it stands, for machines; slots and calls write it, whoever asks reads it.
///
/// The lock is held for the time of a few additions: nobody who asks holds up a slot.
final class WorkerMeters: Sendable {
    /// A part of the work on a sample.
    enum Phase: String, CaseIterable, Sendable {
        /// Pictures are read, decoded and shrunk.
        case pictures
        /// The network computes labels or boxes.
        case network
        /// The prediction is packed and handed to the system.
        case store
    }

    /// An operation on the output.
    enum StorageOperation: String, CaseIterable, Sendable {
        /// A scene's file is begun, with what it takes over of earlier ones.
        case open
        /// A sample is appended.
        case append
        /// The file is synced and gets its name.
        case publish
        /// `run.json` is written.
        case manifest
    }

    /// What the meters show at one moment.
    struct Reading: Sendable {
        var durations = Dictionary(uniqueKeysWithValues: Phase.allCases.map { ($0, DurationHistogram()) })
        var slots = SlotCounts()
        var leasesLost = 0
        /// When the last heartbeat that was answered was sent, in monotonic seconds; nil before the first.
        var lastContactSeconds: Double?
        var freeBytes: Int64?
        var succeeded = Dictionary(uniqueKeysWithValues: StorageOperation.allCases.map { ($0, 0) })
        var failed = Dictionary(uniqueKeysWithValues: StorageOperation.allCases.map { ($0, 0) })
    }

    private let content = Mutex(Reading())

    /// What they show now.
    var reading: Reading { content.withLock { $0 } }

    func note(_ phase: Phase, seconds: Double) { content.withLock { $0.durations[phase]?.observe(seconds) } }

    func noteSuccess(of operation: StorageOperation) { content.withLock { $0.succeeded[operation]? += 1 } }

    func noteFailure(of operation: StorageOperation) { content.withLock { $0.failed[operation]? += 1 } }

    func noteLostLease() { content.withLock { $0.leasesLost += 1 } }

    func noteFreeSpace(bytes: Int64) { content.withLock { $0.freeBytes = bytes } }

    /// Notes how the worker's slots stand.
    ///
    /// - Parameter lastContactSeconds: nil while it is not registered; the last one known stays.
    func noteState(_ slots: SlotCounts, lastContactSeconds: Double?) {
        content.withLock { content in
            content.slots = slots
            content.lastContactSeconds = lastContactSeconds ?? content.lastContactSeconds
        }
    }
}

/// How many slots are in each state; for people and machines, nothing is decided by it.
struct SlotCounts: Hashable, Sendable {
    var idle = 0
    var waiting = 0
    var working = 0
    var closing = 0
    var abandoned = 0
}
