import CommandSupport
import Foundation
import SystemSupport
import Testing

@Suite("Files where people say")
struct OutputFileTests {
    @Test("The same content is left alone, another is replaced only if that is asked for")
    func replacing() throws {
        let folder = NSTemporaryDirectory() + "output-file-\(UUID().uuidString)"
        try Folders.create(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/file"
        func content() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
        #expect(try OutputFile.write(Array("one".utf8), to: path, replaces: false) == .written)
        #expect(try OutputFile.write(Array("one".utf8), to: path, replaces: false) == .unchanged)
        let refused = #expect(throws: FileError.self) {
            try OutputFile.write(Array("two".utf8), to: path, replaces: false)
        }
        #expect(refused?.code == EEXIST && refused?.description.contains("--force") == true)
        #expect(try content() == "one")
        #expect(try OutputFile.write(Array("two".utf8), to: path, replaces: true) == .written)
        #expect(try content() == "two")

        func write(_ text: String, replaces: Bool) throws -> OutputFile.Outcome {
            try OutputFile.write(to: path, replaces: replaces) { try AtomicFile.write(text, to: $0) }.outcome
        }
        #expect(try write("two", replaces: false) == .unchanged)
        #expect(throws: FileError.self) { try write("three", replaces: false) }
        #expect(try content() == "two")
        // What holds the same by its own measure is kept as it is.
        let kept = try OutputFile.write(to: path, replaces: false, isSame: { _, _ in true }) {
            try AtomicFile.write("three", to: $0)
        }
        #expect(try kept.outcome == .unchanged && content() == "two")
        // Through a link the file is replaced, not the link.
        #expect(symlink("file", folder + "/link") == 0)
        try OutputFile.write(to: folder + "/link", replaces: true) { try AtomicFile.write("three", to: $0) }
        #expect(try content() == "three")
        #expect(try Folders.names(in: folder) == ["file", "link"])
    }

    @Test("A place is refused early where a file is, a folder, or nothing to put a file into")
    func early() throws {
        let folder = NSTemporaryDirectory() + "output-file-\(UUID().uuidString)"
        try Folders.create(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func code(_ path: String, replaces: Bool = false) -> Int32? {
            do {
                try OutputFile.requireFree(path, replaces: replaces)
                return nil
            } catch {
                return (error as? FileError)?.code ?? -1
            }
        }
        let path = folder + "/file"
        #expect(code(path) == nil && code("name") == nil && code("/dev/null") == nil)
        try AtomicFile.write("one", to: path)
        #expect(symlink("file", folder + "/link") == 0)
        #expect(code(path) == EEXIST && code(folder + "/link") == EEXIST)
        #expect(code(path, replaces: true) == nil)
        #expect(code(folder, replaces: true) == EISDIR && code(folder + "/none/file", replaces: true) == ENOENT)
    }
}
