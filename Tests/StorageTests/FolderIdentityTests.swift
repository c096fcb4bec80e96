import Foundation
import Storage
import SystemSupport
import TestSupport
import Testing

@Suite struct FolderIdentityTests {
    private func identity(run: String = "1", name: String = "r") -> FolderIdentity {
        FolderIdentity(
            queue: "q",
            queuePlace: "host=db",
            run: run,
            name: name,
            kind: "predict-0",
            runFormatVersion: 2,
            settings: #"{"a":1}"#,
            priority: 3,
            maximumAttempts: 4,
            skipsMissing: true,
            predicts: .detections,
            software: "test"
        )
    }

    @Test func theFirstWriterWins() throws {
        let folder = try TemporaryFolder()
        let directory = try RunDirectory(output: folder.path, run: "r")
        #expect(try directory.readIdentity() == nil && !directory.hasResults())
        #expect(try directory.giveIdentity(identity(run: "1")) == identity(run: "1"))
        #expect(try directory.giveIdentity(identity(run: "2")) == identity(run: "1"))
        try directory.replaceIdentity(identity(run: "3"))
        #expect(try directory.readIdentity() == identity(run: "3"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.partialFolder).isEmpty)
        // Many at once: everybody goes on with the same one.
        let crowd = try RunDirectory(output: folder.path, run: "crowd")
        let found = Found()
        DispatchQueue.concurrentPerform(iterations: 8) { number in
            found.add(try? crowd.giveIdentity(identity(run: "\(number)", name: "crowd")).run)
        }
        #expect(found.names.count == 1 && found.names.first != .some(nil))
    }

    private final class Found: @unchecked Sendable {
        // Guard: the lock.
        private let lock = NSLock()
        private var all: Set<String?> = []

        func add(_ name: String?) { lock.withLock { _ = all.insert(name) } }

        var names: Set<String?> { lock.withLock { all } }
    }

    @Test func onlyAFolderWithoutResultsGoes() throws {
        let folder = try TemporaryFolder()
        let directory = try RunDirectory(output: folder.path, run: "r")
        _ = try directory.giveIdentity(identity())
        try directory.removeIfWithoutResults()
        #expect(!FileManager.default.fileExists(atPath: directory.path))
        for leaves in ["scene.1.occ.lz4", ".partial/scene.1.part", "run.json"] {
            _ = try directory.giveIdentity(identity())
            let path = directory.path + "/" + leaves
            try AtomicFile.write("x", to: path)
            #expect(try directory.hasResults())
            try directory.removeIfWithoutResults()
            #expect(try directory.readIdentity() == identity())
            try FileManager.default.removeItem(atPath: path)
        }
        // What a person put there stays.
        try AtomicFile.write("x", to: directory.path + "/notes.txt")
        try directory.removeIfWithoutResults()
        #expect(FileManager.default.fileExists(atPath: directory.path + "/notes.txt"))
    }

    @Test(arguments: [
        "", "{", "[]", #"{"formatVersion":2}"#, #"{"formatVersion":1}"#, #"{"formatVersion":1,"queue":7}"#,
    ])
    func whatIsNoIdentityIsAnErrorThatSaysSo(text: String) throws {
        let files = SimulatedFileSystem()
        let directory = try RunDirectory(output: "out", run: "r", fileSystem: files)
        try files.put(Array(text.utf8), at: directory.identityPath)
        let error = #expect(throws: StorageError.self) { try directory.readIdentity() }
        #expect(error?.source == directory.identityPath)
    }

    @Test func anotherRunsIdentityIsRefused() throws {
        let files = SimulatedFileSystem()
        let directory = try RunDirectory(output: "out", run: "r", fileSystem: files)
        try directory.replaceIdentity(identity(name: "other"))
        #expect(throws: StorageError.self) { try directory.readIdentity() }
    }

    @Test func leasesSetAsideAreKnown() throws {
        let files = SimulatedFileSystem()
        let directory = try RunDirectory(output: "out", run: "r", fileSystem: files)
        for name in ["a.b.3.occ.lz4", "a.b.11.occ.lz4.4", "c.2.occ.lz4", "c.x.occ.lz4", "notes"] {
            try files.put([1], at: "\(directory.damagedFolder)/\(name)")
        }
        #expect(try directory.leasesSetAside() == ["a.b": 11, "c": 2])
    }
}
