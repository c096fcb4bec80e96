internal import Glibc
internal import SystemSupport

/// Bytes that can be read at any place, by any thread.
public protocol MCAPBytes: Sendable {
    /// All of them.
    var byteCount: Int { get }

    /// Fills a buffer from an offset on; gives fewer bytes at the end only.
    ///
    /// - Throws: `FileError` or another error of whoever keeps the bytes.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int
}

extension MCAPBytes {
    /// Bytes that must all be there.
    func bytes(at offset: Int, count: Int) throws -> [UInt8] {
        guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount - offset else {
            throw MCAPError(.cut, "the file ends at byte \(byteCount), before what should be at byte \(offset)")
        }
        let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
        }
        guard bytes.count == count else {
            throw MCAPError(.cut, "the file became shorter while it was read, at byte \(offset + bytes.count)")
        }
        return bytes
    }
}

/// A file on disk, read with `pread`: nothing of it stays in this process's memory.
public final class MCAPFileBytes: MCAPBytes {
    /// The path that was opened.
    public let path: String
    /// The size when it was opened.
    public let byteCount: Int
    private let descriptor: Int32

    /// Opens a file.
    ///
    /// - Throws: `FileError` where it cannot be opened or is no regular file.
    public init(path: String) throws {
        // Without O_NONBLOCK, opening a FIFO of that name would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError.last("open", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            defer { close(descriptor) }
            throw FileError.last("inspect", path)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw FileError(
                operation: "read",
                path: path,
                code: isFolder ? EISDIR : 0,
                detail: isFolder ? "name the .mcap file in it" : "it is not a regular file"
            )
        }
        self.path = path
        self.descriptor = descriptor
        byteCount = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Fills a buffer from an offset on; gives fewer bytes at the end only.
    ///
    /// - Throws: `FileError`.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
        var done = 0
        while done < buffer.count {
            let count = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, offset + done)
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError.last("read", path)
            }
            if count == 0 { break }
            done += count
        }
        return done
    }
}

/// Bytes in memory.
public struct MCAPMemoryBytes: MCAPBytes {
    private let content: [UInt8]

    /// Takes the bytes of a whole file.
    public init(_ content: [UInt8]) { self.content = content }

    /// All of them.
    public var byteCount: Int { content.count }

    /// Fills a buffer from an offset on; gives fewer bytes at the end only.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
        guard offset < content.count else { return 0 }
        let part = content[offset...].prefix(buffer.count)
        buffer.copyBytes(from: part)
        return part.count
    }
}
