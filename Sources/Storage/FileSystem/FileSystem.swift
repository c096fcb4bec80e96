internal import SystemSupport

/// The file operations that scene files and manifests need, so that tests can refuse, shorten or forget any of them.
///
/// Every method throws `FileError` with the path and the `errno` value.
public protocol FileSystem: Sendable {
    /// Makes a folder and those above it, and makes them durable; one that exists is left as it is.
    func createFolders(_ path: String) throws

    /// Whether there is a folder of this name.
    func hasFolder(_ path: String) throws -> Bool

    /// Names in a folder, sorted; empty where there is no such folder.
    func names(in folder: String) throws -> [String]

    /// Size of a regular file; nil where there is nothing of that name.
    func byteCount(of path: String) throws -> Int?

    /// Makes a new file for writing; an existing one is an error (`EEXIST`) and stays as it is.
    func createFile(_ path: String) throws -> any WritableFile

    /// Opens a file for reading.
    func openFile(_ path: String) throws -> any ReadableFile

    /// Renames a file within one file system, replacing what has the new name; durable only after `syncFolder` of both.
    func rename(_ path: String, to newPath: String) throws

    /// Gives a file a new name within one file system; one that has that name is an error (`EEXIST`) and stays as it is.
    func renameToNew(_ path: String, to newPath: String) throws

    /// Removes a file.
    func remove(_ path: String) throws

    /// Removes a folder that is empty; one that is not, or is not there, is left as it is.
    func removeFolderIfEmpty(_ path: String) throws

    /// Makes the names in a folder durable.
    func syncFolder(_ path: String) throws
}

/// A file being written; one belongs to one thread at a time.
public protocol WritableFile: AnyObject {
    /// Writes some of the bytes at an offset and gives how many, at least one; callers loop.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws -> Int

    /// Cuts the file to a size.
    func truncate(toBytes count: Int) throws

    /// Makes the content durable. After an error nothing is known about what the disk holds.
    func sync() throws

    /// Releases the file; later calls do nothing.
    func close()
}

/// A file open for reading.
public protocol ReadableFile: AnyObject, Sendable {
    /// Size at the time of opening.
    var byteCount: Int { get }

    /// Reads some bytes at an offset and gives how many; 0 means the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int
}

extension WritableFile {
    /// Writes all bytes at an offset, in as many calls as it takes.
    func writeAll(_ bytes: [UInt8], at offset: Int, path: String) throws {
        try bytes.withUnsafeBytes { all in
            var written = 0
            while written < all.count {
                let count = try write(UnsafeRawBufferPointer(rebasing: all[written...]), at: offset + written)
                guard count > 0 else {
                    throw FileError(operation: "write", path: path, code: 0, detail: "the system wrote nothing")
                }
                written += count
            }
        }
    }
}

extension ReadableFile {
    /// Reads bytes at an offset; fewer than asked for only where the file ends.
    func readUpTo(_ count: Int, at offset: Int) throws -> [UInt8] {
        guard count > 0 else { return [] }
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let rest = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[filled..<count]
                )
                let got = try read(into: rest, at: offset + filled)
                if got == 0 { break }
                filled += got
            }
        }
    }
}
