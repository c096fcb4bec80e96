internal import Glibc
internal import SystemSupport

/// The operating system's own files.
public struct POSIXFileSystem: FileSystem {
    /// Makes the one there is.
    public init() {}

    /// Makes a folder and those above it, and fsyncs the parent of each new one; the umask says who may use them.
    public func createFolders(_ path: String) throws {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw FileError(operation: "create folder", path: path, code: ENOTDIR)
            }
            return
        }
        let parent = Self.parent(of: path)
        if parent != path { try createFolders(parent) }
        if mkdir(path, 0o777) != 0 && errno != EEXIST { throw FileError.last("create folder", path) }
        try syncFolder(parent)
    }

    /// Whether there is a folder of this name, or something else.
    public func hasFolder(_ path: String) throws -> Bool { try Folders.isPresent(path) }

    /// Names in a folder, sorted; empty where there is no such folder.
    public func names(in folder: String) throws -> [String] {
        do {
            return try Folders.names(in: folder)
        } catch let error as FileError where error.isNotFound {
            return []
        }
    }

    /// Size of a regular file; nil where there is nothing of that name.
    public func byteCount(of path: String) throws -> Int? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw FileError.last("inspect", path)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FileError(operation: "inspect", path: path, code: 0, detail: "it is not a regular file")
        }
        return Int(status.st_size)
    }

    /// Makes a new file for writing (`O_EXCL`).
    public func createFile(_ path: String) throws -> any WritableFile {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileError.last("create", path) }
        return POSIXWritableFile(descriptor: descriptor, path: path)
    }

    /// Opens a regular file for reading.
    public func openFile(_ path: String) throws -> any ReadableFile {
        // Without O_NONBLOCK, opening a FIFO of that name would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError.last("open", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = FileError.last("inspect", path)
            close(descriptor)
            throw error
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw FileError(operation: "open", path: path, code: 0, detail: "it is not a regular file")
        }
        return POSIXReadableFile(descriptor: descriptor, path: path, byteCount: Int(status.st_size))
    }

    /// Renames a file.
    public func rename(_ path: String, to newPath: String) throws {
        guard Glibc.rename(path, newPath) == 0 else { throw FileError.last("rename to '\(newPath)'", path) }
    }

    /// Gives a file a new name by a second link, which fails where there is one; by a rename where the disk knows no links.
    public func renameToNew(_ path: String, to newPath: String) throws {
        if link(path, newPath) == 0 { return try remove(path) }
        guard [EPERM, ENOSYS, EOPNOTSUPP, EMLINK].contains(errno) else {
            throw FileError.last("link to '\(newPath)'", path)
        }
        guard access(newPath, F_OK) != 0 else { throw FileError(operation: "create", path: newPath, code: EEXIST) }
        try rename(path, to: newPath)
    }

    /// Removes a folder if it is empty.
    public func removeFolderIfEmpty(_ path: String) throws {
        guard rmdir(path) != 0, ![ENOTEMPTY, EEXIST, ENOENT].contains(errno) else { return }
        throw FileError.last("remove folder", path)
    }

    /// Removes a file.
    public func remove(_ path: String) throws {
        guard unlink(path) == 0 else { throw FileError.last("remove", path) }
    }

    /// Makes the names in a folder durable.
    public func syncFolder(_ path: String) throws {
        try AtomicFile.syncFolder(containing: path + "/.")
    }

    private static func parent(of path: String) -> String {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }
}

/// A file descriptor for writing.
private final class POSIXWritableFile: WritableFile {
    private var descriptor: Int32
    private let path: String

    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close() }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws -> Int {
        while true {
            let count = pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(offset))
            if count >= 0 { return count }
            if errno != EINTR { throw FileError.last("write", path) }
        }
    }

    func truncate(toBytes count: Int) throws {
        guard ftruncate(descriptor, off_t(count)) == 0 else { throw FileError.last("truncate", path) }
    }

    func sync() throws {
        guard fsync(descriptor) == 0 else { throw FileError.last("fsync", path) }
    }

    func close() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }
}

/// A file descriptor for reading; never changes after its making, and `pread` needs no position.
private final class POSIXReadableFile: ReadableFile {
    private let descriptor: Int32
    private let path: String
    let byteCount: Int

    init(descriptor: Int32, path: String, byteCount: Int) {
        self.descriptor = descriptor
        self.path = path
        self.byteCount = byteCount
    }

    deinit { close(descriptor) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
            if count >= 0 { return count }
            if errno != EINTR { throw FileError.last("read", path) }
        }
    }
}
