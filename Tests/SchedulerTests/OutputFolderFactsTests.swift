import Foundation
import SystemSupport
import Testing

@testable import Scheduler

@Suite("What doctor says of an output folder")
struct OutputFolderFactsTests {
    private func facts(mode: UInt32, umask: UInt32 = 0o022, free: Int64 = 1 << 40) -> OutputFolderFacts {
        OutputFolderFacts(
            folder: .init(path: "/results", group: 7, mode: mode),
            owner: "anna",
            group: "perception",
            user: "ben",
            umask: umask,
            freeBytes: free
        )
    }

    private func failures(_ facts: OutputFolderFacts) -> [String] {
        facts.findings.filter { $0.level == .failed }.map(\.text)
    }

    @Test("One user's folder is fine, and it is said that it is one user's")
    func ofOneUser() {
        let facts = facts(mode: 0o755)
        #expect(failures(facts).isEmpty)
        #expect(facts.findings.first?.level == .good)
        #expect(
            facts.findings.contains {
                $0.text.contains("belongs to anna:perception, mode 0755; this process: user ben, umask 0022")
            }
        )
        #expect(facts.findings.contains { $0.text.contains("must run as anna") })
    }

    @Test("A group's folder needs setgid, a umask that leaves it to the group, and no sticky bit")
    func ofAGroup() {
        #expect(failures(facts(mode: 0o2775, umask: 0o002)).isEmpty)
        #expect(failures(facts(mode: 0o775, umask: 0o002)).first?.contains("chmod g+s") == true)
        #expect(failures(facts(mode: 0o2775, umask: 0o022)).first?.contains("umask 0002") == true)
        #expect(failures(facts(mode: 0o3775, umask: 0o002)).first?.contains("sticky") == true)
    }

    @Test("Runs that were made before the folder was shared are found")
    func earlierRuns() {
        var facts = facts(mode: 0o2775, umask: 0o002)
        facts.inside = [
            .init(path: "/results/runs", group: 7, mode: 0o2775),
            .init(path: "/results/runs/a", group: 7, mode: 0o2755),
            .init(path: "/results/runs/b", group: 8, mode: 0o2775),
        ]
        #expect(failures(facts).first?.contains("2 of 3 folders") == true)
        facts.inside = [.init(path: "/results/runs/a", group: 7, mode: 0o755, isWritable: false)]
        #expect(failures(facts).first?.contains("user ben cannot write in '/results/runs/a'") == true)
    }

    @Test("A full disk is found by what is free, bytes and files")
    func room() {
        #expect(failures(facts(mode: 0o755, free: 1 << 20)).first?.contains("disk is full: 1 MiB free") == true)
        #expect(
            facts(mode: 0o755, free: 1 << 30).findings.contains { $0.level == .note && $0.text == "only 1024 MiB free" }
        )
        var facts = facts(mode: 0o755)
        facts.freeFiles = 0
        #expect(failures(facts).first?.contains("inodes") == true)
    }

    @Test("A folder that is not there is not made, a file in its place is named, and nothing is left behind")
    func probe() throws {
        let folder = NSTemporaryDirectory() + "doctor-\(UUID().uuidString)"
        #expect(OutputFolderProbe.findings(folder).map(\.level) == [.failed])
        #expect(try !Folders.isPresent(folder))
        try AtomicFile.write("x", to: folder)
        #expect(OutputFolderProbe.findings(folder).first?.text.contains("Not a directory") == true)
        try FileManager.default.removeItem(atPath: folder)
        try Folders.create(folder + "/runs/a")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(OutputFolderProbe.findings(folder).first?.level == .good)
        #expect(try Folders.names(in: folder) == ["runs"])
    }
}
