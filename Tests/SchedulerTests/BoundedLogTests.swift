import CommandSupport
import Foundation
import Testing

@testable import Scheduler

@Suite("Logs of workers")
struct BoundedLogTests {
    private let folder = NSTemporaryDirectory() + "occ-log-\(UUID().uuidString)"

    private func size(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    }

    @Test("A process that writes for ever fills two files of bounded size, and its last words are at hand")
    func bound() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let log = BoundedLog(path: folder + "/worker-1.log", maximumBytes: 1000)
        let (file, start) = try log.open()
        #expect(start == 0)
        var emptied = 0
        for line in 0..<1000 {
            try file.write(contentsOf: Data("line \(line) of a worker\n".utf8))
            if try log.trim() { emptied += 1 }
            #expect(try size(log.path) <= 1000 + 30)
        }
        #expect(emptied > 10)
        #expect(try size(log.previousPath) == 1000)
        // What the process writes after its file was emptied stands at the file's new end, not after a hole.
        #expect(LogTail.lines(ofFile: log.path, from: 0, count: 1) == ["line 999 of a worker"])
        let kept = try String(contentsOfFile: log.previousPath, encoding: .utf8)
        #expect(kept.hasSuffix(" of a worker\n") && !kept.contains("\0"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
    }

    @Test("A full file of an earlier run is put aside before the next process writes")
    func reopened() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let log = BoundedLog(path: folder + "/worker-1.log", maximumBytes: 100)
        try Data(repeating: UInt8(ascii: "x"), count: 5000).write(to: URL(fileURLWithPath: log.path))
        #expect(try log.open().start == 0)
        #expect(try size(log.previousPath) == 100)
        let (file, _) = try log.open()
        try file.write(contentsOf: Data("a line\n".utf8))
        #expect(try log.open().start == 7)
    }
}
