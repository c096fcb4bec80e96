import Glibc
import Synchronization
import TestSupport

/// How the disk fails at the moment; shared by the cluster and its file system.
final class DiskFate: Sendable {
    enum Mode: Sendable {
        case well
        /// Nothing can be written any more.
        case full
        /// One call in so many fails with EIO, one write in four is short.
        case bad(oneIn: Int)
    }

    private let state = Mutex<(mode: Mode, random: SeededGenerator)>((.well, SeededGenerator(seed: 0)))

    func set(_ mode: Mode, seed: UInt64) { state.withLock { $0 = (mode, SeededGenerator(seed: seed)) } }

    /// Whether reading may fail at the moment.
    var isBad: Bool {
        state.withLock { state in if case .bad = state.mode { true } else { false } }
    }

    func decide(_ operation: String) -> SimulatedFileSystem.Fault {
        state.withLock { state in
            switch state.mode {
            case .well: return .none
            case .full: return operation == "write" || operation == "create" ? .fails(errno: ENOSPC) : .none
            case .bad(let oneIn):
                if Int.random(in: 0..<oneIn, using: &state.random) == 0 { return .fails(errno: EIO) }
                return operation == "write" && state.random.chance(25) ? .short : .none
            }
        }
    }
}
