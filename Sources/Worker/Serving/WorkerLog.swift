internal import CommandSupport
internal import Foundation
internal import SystemSupport

/// A worker's log file, which also tells what became of the worker that wrote it before; does nothing where there is no file.
///
/// The file is locked for as long as the process lives (`flock`, so the lock ends with the process, however that ends): a second worker
/// started with the same log is refused. Beside it, `FILE.worker` names the worker that writes; it is removed when that leaves in order.
/// A worker that finds it there knows that its predecessor died, and can tell the queue at once, with its last lines.
struct WorkerLog {
    /// The worker that died over this log.
    struct Predecessor: Equatable, Sendable {
        /// What it registered as.
        var identity: String
        /// Its last lines, oldest first.
        var lastWords: [String]
    }

    private static let lastWordCount = 8

    private let path: String?
    /// Open, and so locked, until the process ends.
    private let descriptor: Int32
    /// Where this worker's part of the log begins.
    private let start: Int
    /// The worker that died over this log, if one did.
    let predecessor: Predecessor?

    /// Opens and locks the file.
    ///
    /// - Parameter path: the log file; nil for standard error as it is.
    /// - Throws: `FileError`; `CommandFailure` where another worker writes it.
    init(path: String?) throws {
        self.path = path
        guard let path else {
            (descriptor, start, predecessor) = (-1, 0, nil)
            return
        }
        descriptor = try Self.openLocked(path)
        start = max(0, lseek(descriptor, 0, SEEK_END))
        predecessor = Self.readPredecessor(path)
    }

    /// Sends this process's standard error to the file.
    ///
    /// - Throws: `FileError`.
    func redirectStandardError() throws {
        guard let path else { return }
        guard dup2(descriptor, STDERR_FILENO) >= 0 else { throw FileError.last("write standard error to", path) }
    }

    /// Notes who writes; call it once the predecessor's end is reported.
    ///
    /// - Parameter identity: what the worker registers as.
    /// - Throws: `FileError`.
    func begin(identity: String) throws {
        guard let path else { return }
        try AtomicFile.write("\(identity) \(start)\n", to: path + ".worker")
    }

    /// Notes that the worker leaves in order.
    func end() {
        if let path { unlink(path + ".worker") }
    }

    private static func openLocked(_ path: String) throws -> Int32 {
        try Folders.create((path as NSString).deletingLastPathComponent)
        // A pipe that nobody reads is an error, not waited for.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o644)
        guard descriptor >= 0 else { throw FileError.last("open", path) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
        let code = errno
        close(descriptor)
        guard code == EWOULDBLOCK else { throw FileError(operation: "lock", path: path, code: code) }
        throw CommandFailure(
            .configuration,
            "another worker is writing '\(path)'; give each worker a --log of its own"
        )
    }

    /// The note is "identity offset": the worker, and where its part of the log begins.
    private static func readPredecessor(_ path: String) -> Predecessor? {
        guard let note = try? String(contentsOfFile: path + ".worker", encoding: .utf8) else { return nil }
        let parts = note.split(whereSeparator: \.isWhitespace)
        guard parts.count == 2, parts[0].count <= 256, let offset = UInt64(parts[1]) else { return nil }
        return Predecessor(
            identity: String(parts[0]),
            lastWords: LogTail.lines(ofFile: path, from: offset, count: lastWordCount)
        )
    }
}
