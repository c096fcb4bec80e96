internal import Synchronization

/// How a slot is told, from another thread, to stop its present work.
///
/// It only ever goes up: run, stop after the sample, abandon.
final class StopFlag: Sendable {
    enum Level: UInt8, Comparable {
        /// Go on.
        case run = 0
        /// Store the sample in hand, then stop.
        case stopAfterSample = 1
        /// Write nothing more: the lease may be another worker's.
        case abandon = 2

        static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    private let value = Atomic<UInt8>(0)

    var level: Level { Level(rawValue: value.load(ordering: .acquiring)) ?? .abandon }

    func raise(to level: Level) {
        _ = value.max(level.rawValue, ordering: .acquiringAndReleasing)
    }
}
