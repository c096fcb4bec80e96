internal import Glibc

/// Files that appear whole or not at all.
public enum AtomicFile {
    /// Writes a file so that readers and crashes see the old content or the new one, never a part.
    ///
    /// Writes `<path>.<pid>.tmp` beside it, fsyncs, renames, and fsyncs the folder. Of a symbolic link, the file that it leads to is
    /// replaced; a device or a pipe is written to as it is. Who may use the file is the umask's to say, unless `mode` gives less.
    ///
    /// - Throws: `FileError`; the temporary file is removed and the old file stays as it was.
    public static func write(_ bytes: UnsafeRawBufferPointer, to path: String, mode: UInt32 = 0o666) throws {
        var status = stat()
        if stat(path, &status) == 0 {
            switch status.st_mode & S_IFMT {
            case S_IFREG: break
            case S_IFCHR, S_IFIFO: return try writeThrough(bytes, to: path)
            case S_IFDIR: throw FileError(operation: "write", path: path, code: EISDIR)
            default: throw FileError(operation: "write", path: path, code: 0, detail: "it is neither a file nor a pipe")
            }
        }
        try replace(resolvingLink(path), with: bytes, mode: mode)
    }

    /// Where a symbolic link leads to, though nothing be there yet; any other path as it is.
    private static func resolvingLink(_ path: String) -> String {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard readlink(path, &target, target.count - 1) > 0 else { return path }
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        let text = String(decoding: target.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard !text.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return text }
        return String(path[...slash]) + text
    }

    private static func writeThrough(_ bytes: UnsafeRawBufferPointer, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError.last("open", path) }
        defer { close(descriptor) }
        try writeAll(bytes, to: descriptor, path: path)
    }

    private static func replace(_ path: String, with bytes: UnsafeRawBufferPointer, mode: UInt32) throws {
        let temporary = "\(path).\(getpid()).tmp"
        Leftovers.add(temporary)
        defer { Leftovers.settle(temporary) {} }
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileError.last("create", temporary) }
        do {
            try writeAll(bytes, to: descriptor, path: temporary)
            KillPoint.reached(.fileBeforeSync)
            guard fsync(descriptor) == 0 else { throw FileError.last("fsync", temporary) }
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        close(descriptor)
        KillPoint.reached(.fileAfterSync)
        guard Leftovers.settle(temporary, { rename(temporary, path) == 0 }) else {
            let error = FileError.last("rename to '\(path)'", temporary)
            unlink(temporary)
            throw error
        }
        KillPoint.reached(.fileRenamed)
        try syncFolder(containing: path)
        KillPoint.reached(.filePublished)
    }

    /// Writes a file whole from an array of bytes.
    public static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o666) throws {
        try bytes.withUnsafeBytes { try write($0, to: path, mode: mode) }
    }

    /// Writes a text file whole, as UTF-8.
    public static func write(_ text: String, to path: String, mode: UInt32 = 0o666) throws {
        try write(Array(text.utf8), to: path, mode: mode)
    }

    /// Makes a rename or a creation in a file's folder durable.
    public static func syncFolder(containing path: String) throws {
        let folder: String
        if let slash = path.lastIndex(of: "/") {
            folder = slash == path.startIndex ? "/" : String(path[..<slash])
        } else {
            folder = "."
        }
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError.last("open folder", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError.last("fsync folder", folder) }
    }

    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws {
        var offset = 0
        while offset < bytes.count {
            let written = Glibc.write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
            if written < 0 {
                if errno == EINTR { continue }
                throw FileError.last("write", path)
            }
            offset += written
        }
    }
}
