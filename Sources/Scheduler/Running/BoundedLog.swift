internal import Foundation
internal import Glibc
internal import SystemSupport

/// A log file that processes append to and that never grows without bound: when it is full, what it held becomes the one previous
/// file, and it starts anew.
///
/// Processes hold the file open as their standard error, so it cannot be renamed away under them. It is copied and then cut to
/// nothing: those who opened it for appending go on at its new end. Lines written between the two are lost.
struct BoundedLog: Sendable {
    /// The file that is written to.
    let path: String
    /// Its size in bytes at which it is full.
    let maximumBytes: Int

    /// What was in the file before it was last emptied.
    var previousPath: String { path + ".1" }

    /// Room for some 50,000 lines, kept twice.
    init(path: String, maximumBytes: Int = 8 << 20) {
        self.path = path
        self.maximumBytes = maximumBytes
    }

    /// Opens the file for appending; a pipe that nobody reads is an error, not waited for.
    ///
    /// - Returns: the file, and its size: where what is written now begins.
    /// - Throws: `FileError`.
    func open() throws -> (file: FileHandle, start: UInt64) {
        try trim()
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o644)
        guard descriptor >= 0 else { throw FileError.last("open", path) }
        return (FileHandle(fileDescriptor: descriptor, closeOnDealloc: true), UInt64(size ?? 0))
    }

    /// Empties the file if it is full.
    ///
    /// Where there is no room for a copy, what is in the file is given up: a log must not fill the disk of the predictions.
    ///
    /// - Returns: whether it was emptied.
    /// - Throws: `FileError` when it cannot be emptied.
    @discardableResult
    func trim() throws -> Bool {
        guard let size, size > maximumBytes else { return false }
        // Only the end is worth keeping of a file that grew far over its bound between two looks.
        copyEnd(bytes: min(size, maximumBytes), of: size)
        guard truncate(path, 0) == 0 else { throw FileError.last("empty log", path) }
        return true
    }

    private var size: Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    private func copyEnd(bytes: Int, of size: Int) {
        guard let source = FileHandle(forReadingAtPath: path) else { return }
        defer { try? source.close() }
        do {
            try source.seek(toOffset: UInt64(size - bytes))
            guard let data = try source.read(upToCount: bytes) else { return }
            try data.write(to: URL(fileURLWithPath: previousPath))
        } catch {
            try? FileManager.default.removeItem(atPath: previousPath)
        }
    }
}
