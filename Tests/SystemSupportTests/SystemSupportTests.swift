import Foundation
import Synchronization
import Testing

@testable import SystemSupport

@Suite("System support")
struct SystemSupportTests {
    private func temporaryFolder() throws -> String {
        let path = NSTemporaryDirectory() + "system-support-\(UUID().uuidString)"
        try Folders.create(path + "/a/b")
        return path
    }

    @Test("An atomic write can be mapped back, and replaces what was there")
    func writeAndMap() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/a/b/file"
        try AtomicFile.write("first", to: path)
        let old = try MappedFile(path: path)
        try AtomicFile.write([1, 2, 3], to: path)
        #expect(try MappedFile(path: path).withBytes { Array($0) } == [1, 2, 3])
        #expect(old.withBytes { Array($0) } == Array("first".utf8))
        #expect(try Folders.names(in: folder + "/a/b") == ["file"])
    }

    @Test("A missing file, a folder in a file's place and a full device are told apart")
    func errors() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let missing = #expect(throws: FileError.self) { try MappedFile(path: folder + "/none") }
        #expect(missing?.isNotFound == true)
        #expect(missing?.description.contains(folder + "/none") == true)
        #expect(throws: FileError.self) { try MappedFile(path: folder + "/a") }
        #expect(throws: FileError.self) { try AtomicFile.write([1], to: folder + "/none/x") }
        // A pipe without a writer in a file's place is refused and not waited for.
        #expect(mkfifo(folder + "/pipe", 0o600) == 0)
        #expect(throws: FileError.self) { try MappedFile(path: folder + "/pipe") }
        try AtomicFile.write([], to: folder + "/empty")
        // What a link leads to is replaced, also where nothing is there yet; a device stays what it is.
        try AtomicFile.write("old", to: folder + "/old")
        for target in ["old", "fresh"] {
            let link = folder + "/link-to-" + target
            #expect(symlink(target, link) == 0)
            try AtomicFile.write("by link", to: link)
            #expect(try String(contentsOfFile: folder + "/" + target, encoding: .utf8) == "by link")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
        }
        let device = folder + "/device"
        #expect(symlink("/dev/full", device) == 0)
        #expect(throws: FileError(operation: "write", path: device, code: ENOSPC)) {
            try AtomicFile.write("lost", to: device)
        }
        #expect(throws: FileError.self) { try AtomicFile.write("no file", to: folder) }
        #expect(try MappedFile(path: folder + "/empty").count == 0)
        #expect(throws: FileError.self) { try Folders.create(folder + "/empty/x") }
    }

    @Test("Kernel lists of CPUs", arguments: [("0-3,8", [0, 1, 2, 3, 8]), (" 5\n", [5]), ("x,9-7,2", [2]), ("", [])])
    func cpuLists(text: String, numbers: [Int]) {
        #expect(PhysicalCores.numbers(inList: text) == numbers)
        #expect(PhysicalCores.count() >= 1)
        #expect(Set(PhysicalCores.firstCPUs()).count == PhysicalCores.firstCPUs().count)
    }

    @Test(
        "Slurm's word on a task's CPUs",
        arguments: [("16", 16), ("1", 1), ("0", nil), ("-3", nil), ("many", nil), ("", nil), (nil, nil)]
    )
    func granted(text: String?, cores: Int?) {
        #expect(PhysicalCores.granted(in: text.map { ["SLURM_CPUS_PER_TASK": $0] } ?? [:]) == cores)
    }

    @Test("A pinned thread may run on its CPU alone, and others as before")
    func pinning() throws {
        let before = ThreadAffinity.cpus()
        let cpu = try #require(PhysicalCores.firstCPUs().last)
        let done = DispatchSemaphore(value: 0)
        let seen = Mutex<[Int]>([])
        Thread {
            if ThreadAffinity.pin(cpu: cpu) { seen.withLock { $0 = ThreadAffinity.cpus() } }
            done.signal()
        }.start()
        #expect(done.wait(timeout: .now() + 60) == .success)
        #expect(seen.withLock { $0 } == [cpu])
        #expect(ThreadAffinity.cpus() == before && before.contains(cpu))
        #expect(!ThreadAffinity.pin(cpu: -1) && !ThreadAffinity.pin(cpu: 1_000_000))
    }

    @Test("SHA-256 of the FIPS 180-4 example")
    func sha256() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(SHA256.hex(Array("abc".utf8)) == expected)
    }
}
