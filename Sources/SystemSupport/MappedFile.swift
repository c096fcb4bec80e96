internal import Glibc

/// A whole file mapped read-only into memory, shared by every process that maps it.
///
/// The file must not shrink while it is mapped: reading past its new end raises SIGBUS. Files written by this project are
/// published by rename and never changed in place, so a mapping stays whole.
public final class MappedFile: Sendable {
    /// The path that was opened.
    public let path: String
    /// The size in bytes.
    public let count: Int

    /// Address of the mapping as an integer, so that the class is `Sendable`: it never changes and is only read.
    private let address: UInt

    /// Maps a file.
    ///
    /// - Throws: `FileError` when it cannot be opened or mapped, or is not a regular file.
    public init(path: String) throws {
        // Without O_NONBLOCK, opening a FIFO of that name would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError.last("open", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError.last("inspect", path) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError(operation: "map", path: path, code: EISDIR) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FileError(operation: "map", path: path, code: 0, detail: "it is not a regular file")
        }
        self.path = path
        self.count = Int(status.st_size)
        if status.st_size == 0 {
            self.address = 0
        } else {
            guard
                let start = mmap(nil, Int(status.st_size), PROT_READ, MAP_SHARED, descriptor, 0), start != MAP_FAILED
            else { throw FileError.last("map", path) }
            self.address = UInt(bitPattern: start)
        }
    }

    deinit {
        if count > 0 { munmap(UnsafeMutableRawPointer(bitPattern: address), count) }
    }

    /// Calls a closure with the bytes, and keeps the mapping alive until it returns.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(bytes) }
    }

    /// The bytes, for an owner that stores this object.
    ///
    /// They are unmapped after the object's last use, which can come before the bytes' last use. Where the object is a local variable, use `withBytes`.
    public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count)
    }

    /// What the kernel is told about coming accesses.
    public enum Advice: Sendable {
        /// Read ahead generously and drop what was passed.
        case sequential
        /// Start reading now.
        case willNeed
        /// The pages may be dropped from this process; they are read again when touched.
        case notNeeded
    }

    /// Advises the kernel about a byte range; a range outside the file is clipped, and failure is ignored because advice
    /// changes speed only.
    public func advise(_ advice: Advice, range: Range<Int>? = nil) {
        guard count > 0 else { return }
        let wanted = (range ?? 0..<count).clamped(to: 0..<count)
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = wanted.lowerBound / page * page
        guard wanted.upperBound > start else { return }
        let flag: Int32
        switch advice {
        case .sequential: flag = MADV_SEQUENTIAL
        case .willNeed: flag = MADV_WILLNEED
        case .notNeeded: flag = MADV_DONTNEED
        }
        madvise(UnsafeMutableRawPointer(bitPattern: address + UInt(start)), wanted.upperBound - start, flag)
    }
}
