internal import Foundation
internal import Glibc

/// Folders, made and listed.
public enum Folders {
    /// Makes a folder and those above it; one that exists is left as it is.
    ///
    /// The umask says who may use what is made.
    ///
    /// - Throws: `FileError` when a part of the path cannot be made or is a file.
    public static func create(_ path: String) throws {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw FileError(operation: "create folder", path: path, code: ENOTDIR)
            }
            return
        }
        let parent = (path as NSString).deletingLastPathComponent
        if !parent.isEmpty && parent != path { try create(parent) }
        if mkdir(path, 0o777) != 0 && errno != EEXIST { throw FileError.last("create folder", path) }
    }

    /// Names in a folder, sorted, without `.` and `..`.
    ///
    /// - Throws: `FileError` when the folder cannot be read.
    public static func names(in path: String) throws -> [String] {
        guard let stream = opendir(path) else { throw FileError.last("list folder", path) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // Read through the entry's own address: copying the 256-byte tuple could read past a shorter record.
            let offset = MemoryLayout<dirent>.offset(of: \dirent.d_name)!
            let start = UnsafeRawPointer(entry) + offset
            let name = String(cString: start.assumingMemoryBound(to: CChar.self))
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Whether something is at a path, or may be: what may not be looked at counts as there, so that the next call on it says why.
    ///
    /// `isPresent` tells the two apart, `presence(of:)` all three.
    public static func exists(_ path: String) -> Bool { presence(of: path) != .absent }
}
