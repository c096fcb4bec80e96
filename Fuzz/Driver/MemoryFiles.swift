import Glibc
import Storage
import SystemSupport

/// Files in memory, for one thread.
final class MemoryFiles: FileSystem, @unchecked Sendable {
    // Guard: used by libFuzzer's only thread.
    var files: [String: [UInt8]] = [:]

    func createFolders(_ path: String) throws {}

    func hasFolder(_ path: String) -> Bool { files.keys.contains { $0.hasPrefix(path + "/") } }

    func names(in folder: String) throws -> [String] {
        files.keys.filter { $0.hasPrefix(folder + "/") }.map { String($0.dropFirst(folder.count + 1)) }
            .filter { !$0.contains("/") }.sorted()
    }

    func byteCount(of path: String) throws -> Int? { files[path]?.count }

    func createFile(_ path: String) throws -> any WritableFile {
        guard files[path] == nil else { throw FileError(operation: "create", path: path, code: EEXIST) }
        files[path] = []
        return Writer(self, path)
    }

    func openFile(_ path: String) throws -> any ReadableFile {
        guard let bytes = files[path] else { throw FileError(operation: "open", path: path, code: ENOENT) }
        return Reader(bytes)
    }

    func rename(_ path: String, to newPath: String) throws { files[newPath] = files.removeValue(forKey: path) }

    func renameToNew(_ path: String, to newPath: String) throws {
        guard files[newPath] == nil else { throw FileError(operation: "rename", path: newPath, code: EEXIST) }
        try rename(path, to: newPath)
    }

    func remove(_ path: String) throws { files[path] = nil }

    func removeFolderIfEmpty(_ path: String) throws {}

    func syncFolder(_ path: String) throws {}

    private final class Reader: ReadableFile {
        let bytes: [UInt8]
        var byteCount: Int { bytes.count }

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
            demand(offset >= 0, "a file is read at offset \(offset)")
            let part = bytes.dropFirst(offset).prefix(buffer.count)
            buffer.copyBytes(from: part)
            return part.count
        }
    }

    private final class Writer: WritableFile {
        private let owner: MemoryFiles
        private let path: String

        init(_ owner: MemoryFiles, _ path: String) {
            self.owner = owner
            self.path = path
        }

        func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws -> Int {
            var content = owner.files[path] ?? []
            content += [UInt8](repeating: 0, count: max(0, offset + bytes.count - content.count))
            content.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
            owner.files[path] = content
            return bytes.count
        }

        func truncate(toBytes count: Int) throws { owner.files[path] = Array((owner.files[path] ?? []).prefix(count)) }

        func sync() throws {}

        func close() {}
    }
}
