internal import Glibc
internal import SystemSupport

/// Where a writer's bytes go.
public protocol MCAPSink: AnyObject {
    /// Takes the next bytes.
    func append(_ bytes: [UInt8]) throws
}

/// Bytes that stay in memory.
public final class MCAPMemorySink: MCAPSink {
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []

    /// Makes an empty sink.
    public init() {}

    /// Keeps the next bytes.
    public func append(_ bytes: [UInt8]) { self.bytes += bytes }
}

/// A file on disk.
public final class MCAPFileSink: MCAPSink {
    private let path: String
    private var descriptor: Int32

    /// Makes a file, or empties the one that is there.
    ///
    /// - Throws: `FileError`.
    public init(path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileError.last("create", path) }
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    /// Writes the next bytes.
    ///
    /// - Throws: `FileError`.
    public func append(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let count = write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw FileError.last("write", path)
                }
                offset += count
            }
        }
    }

    /// Brings the bytes to the disk and closes the file.
    ///
    /// - Throws: `FileError`.
    public func close() throws {
        guard descriptor >= 0 else { return }
        let isSynced = fsync(descriptor) == 0
        let error = FileError.last("fsync", path)
        Glibc.close(descriptor)
        descriptor = -1
        if !isSynced { throw error }
    }
}
