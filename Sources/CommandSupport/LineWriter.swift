internal import Dispatch
internal import Foundation
internal import Glibc
internal import Synchronization
internal import SystemSupport

/// Writes text to a descriptor on a thread of its own, so that nobody who says something waits for whoever reads it.
///
/// What is said goes into a bounded store. While a reader is slow the store fills; what finds no room in it is dropped and counted, and
/// the count is said as soon as there is room again. Pieces of text (lines) are written whole and in order.
public final class LineWriter: Sendable {
    private enum Piece {
        case text([UInt8])
        /// So many were dropped before what follows.
        case gap(Int)
    }

    private struct Store {
        var pieces: [Piece] = []
        var byteCount = 0
        /// Texts that found no room, or that the system refused, since that was last said.
        var dropped = 0
        /// Whether the system refused the last one: there is nobody to say so to.
        var isFailing = false
        /// Whether the thread is writing what it took.
        var isWriting = false
        var isStarted = false
    }

    private let descriptor: Int32
    private let maximumBytes: Int
    private let store = Mutex(Store())
    private let wakeUp = DispatchSemaphore(value: 0)

    /// What standard error gets, from every thread of the program.
    public static let standardError = LineWriter(descriptor: STDERR_FILENO)

    /// Creates a writer; its thread starts with the first text.
    ///
    /// - Parameter maximumBytes: the most that is kept for a reader that is slow.
    public init(descriptor: Int32, maximumBytes: Int = 256 << 10) {
        self.descriptor = descriptor
        self.maximumBytes = maximumBytes
    }

    /// Takes a text to be written, or drops it where there is no room; never waits.
    public func write(_ text: String) {
        let bytes = Array(text.utf8)
        let needsThread = store.withLock { store in
            guard store.byteCount + bytes.count <= maximumBytes else {
                store.dropped += 1
                return false
            }
            if store.dropped > 0 {
                store.pieces.append(.gap(store.dropped))
                store.dropped = 0
            }
            store.pieces.append(.text(bytes))
            store.byteCount += bytes.count
            defer { store.isStarted = true }
            return !store.isStarted
        }
        if needsThread { start() }
        wakeUp.signal()
    }

    /// Waits until all that was said is written, for so long at most.
    ///
    /// - Returns: whether it is.
    @discardableResult
    public func flush(seconds: Double) -> Bool {
        let deadline = MonotonicClock.nowSeconds + seconds
        while true {
            let isDone = store.withLock { $0.pieces.isEmpty && !$0.isWriting && ($0.dropped == 0 || $0.isFailing) }
            if isDone { return true }
            guard MonotonicClock.nowSeconds < deadline else { return false }
            usleep(1000)
        }
    }

    private static func note(_ dropped: Int) -> String {
        Terminal.formatted("(\(dropped) \(dropped == 1 ? "line was" : "lines were") dropped here: they found no room)")
    }

    private func start() {
        let thread = Thread { [self] in loop() }
        thread.name = "log"
        thread.stackSize = 512 << 10
        thread.start()
    }

    private func loop() {
        while true {
            wakeUp.wait()
            // All at once: then there is room again for everybody while this thread waits for the reader.
            while let pieces = take() {
                var dropped = 0
                var isFailing = false
                for piece in pieces {
                    switch piece {
                    case .text(let bytes):
                        isFailing = !put(bytes)
                        if isFailing { dropped += 1 }
                    case .gap(let count):
                        isFailing = !put(Array(Self.note(count).utf8))
                        if isFailing { dropped += count }
                    }
                }
                store.withLock { store in
                    store.dropped += dropped
                    store.isFailing = isFailing
                    store.isWriting = false
                }
            }
        }
    }

    /// What is to be written now; nil where there is nothing.
    private func take() -> [Piece]? {
        store.withLock { store in
            if store.pieces.isEmpty {
                // Nobody spoke since there is room again.
                guard store.dropped > 0, !store.isFailing else { return nil }
                store.pieces = [.gap(store.dropped)]
                store.dropped = 0
            }
            defer {
                store.pieces = []
                store.byteCount = 0
                store.isWriting = true
            }
            return store.pieces
        }
    }

    /// Writes one text; false where the system refuses it (no reader, no room on the disk).
    private func put(_ piece: [UInt8]) -> Bool {
        var rest = piece[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN || errno == EWOULDBLOCK {
                // Somebody who shares the descriptor made it non-blocking.
                var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&request, 1, 1000)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}
