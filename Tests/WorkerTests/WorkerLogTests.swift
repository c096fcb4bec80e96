import Foundation
import Testing

@testable import Worker

@Suite("A worker's log")
struct WorkerLogTests {
    private let path = NSTemporaryDirectory() + "occ-worker-log-\(UUID().uuidString)/worker.log"

    private func say(_ text: String) throws {
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data((text + "\n").utf8))
        try handle.close()
    }

    @Test("The next worker knows the identity and last lines of one that died, and nothing of one that left in order")
    func predecessor() throws {
        defer { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }
        let note = path + ".worker"
        do {
            let log = try WorkerLog(path: path)
            #expect(log.predecessor == nil)
            try log.begin(identity: "one")
            log.end()
        }
        #expect(!FileManager.default.fileExists(atPath: note))
        try say("the first one's line")
        // What a worker leaves behind that was killed: its note, and its lines.
        try Data("two 21\n".utf8).write(to: URL(fileURLWithPath: note))
        try say("half a line of the second one")
        try say("its last words")
        // In another process, because this one still holds the lock of its first opening.
        try FileManager.default.copyItem(atPath: path, toPath: path + ".2")
        try FileManager.default.copyItem(atPath: note, toPath: path + ".2.worker")
        let next = try WorkerLog(path: path + ".2")
        #expect(
            next.predecessor
                == .init(identity: "two", lastWords: ["half a line of the second one", "its last words"])
        )
    }

    @Test("A log that another worker writes is refused")
    func locked() throws {
        defer { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }
        let first = try WorkerLog(path: path)
        #expect(throws: (any Error).self) { try WorkerLog(path: path) }
        withExtendedLifetime(first) {}
    }
}
