internal import Glibc

/// Files that appear whole or not at all.
public enum AtomicFile {
    /// Writes a file so that readers and crashes see the old content or the new one, never a part.
    ///
    /// Writes `<path>.<pid>.tmp` beside it, fsyncs, renames, and fsyncs the folder.
    ///
    /// - Throws: `FileError`; the temporary file is removed and the old file stays as it was.
    public static func write(_ bytes: UnsafeRawBufferPointer, to path: String, mode: UInt32 = 0o644) throws {
        let temporary = "\(path).\(getpid()).tmp"
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
        guard rename(temporary, path) == 0 else {
            let error = FileError.last("rename to '\(path)'", temporary)
            unlink(temporary)
            throw error
        }
        KillPoint.reached(.fileRenamed)
        try syncFolder(containing: path)
        KillPoint.reached(.filePublished)
    }

    /// Writes a file whole from an array of bytes.
    public static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o644) throws {
        try bytes.withUnsafeBytes { try write($0, to: path, mode: mode) }
    }

    /// Writes a text file whole, as UTF-8.
    public static func write(_ text: String, to path: String, mode: UInt32 = 0o644) throws {
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
