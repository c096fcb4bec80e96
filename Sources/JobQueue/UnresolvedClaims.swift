internal import Synchronization

/// Remembers claims whose answer was lost: the database may hold scenes for a worker that does not know of them.
///
/// Each claim marks its scenes with a token of its own. The next claim of that worker takes over scenes under tokens of
/// claims that ended in an error, so none is stranded while its worker goes on beating.
final class UnresolvedClaims: Sendable {
    private struct Entry {
        var token: Int64
        var time: ContinuousClock.Instant
    }

    /// A statement that outlived its connection ends long before this.
    private static let lifetime = Duration.seconds(300)
    private static let maximumEntries = 64
    private let entries = Mutex<[WorkerID: [Entry]]>([:])

    func remember(_ token: Int64, of worker: WorkerID) {
        entries.withLock { entries in
            let known = entries[worker, default: []] + [Entry(token: token, time: .now)]
            entries[worker] = known.suffix(Self.maximumEntries)
        }
    }

    func tokens(of worker: WorkerID) -> [Int64] {
        entries.withLock { entries in
            let fresh = entries[worker, default: []].filter { $0.time.duration(to: .now) < Self.lifetime }
            entries[worker] = fresh.isEmpty ? nil : fresh
            return fresh.map(\.token)
        }
    }

    func forget(_ worker: WorkerID) {
        entries.withLock { $0[worker] = nil }
    }
}
