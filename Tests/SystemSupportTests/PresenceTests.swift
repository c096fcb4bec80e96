import Foundation
import Testing

@testable import SystemSupport

@Suite("What is there, what is not, and what may not be looked at")
struct PresenceTests {
    @Test("Three answers, and no two of them are the same")
    func answers() throws {
        let folder = NSTemporaryDirectory() + "presence-\(UUID().uuidString)"
        try Folders.create(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try AtomicFile.write("x", to: folder + "/file")
        #expect(Folders.presence(of: folder + "/file") == .present)
        #expect(Folders.presence(of: folder) == .present)
        #expect(Folders.presence(of: folder + "/none") == .absent)
        #expect(Folders.presence(of: folder + "/file/below") == .absent)
        // A link that leads to itself is refused to root too; whether something is there cannot be told.
        #expect(symlink("loop", folder + "/loop") == 0)
        guard case .unknown(let error) = Folders.presence(of: folder + "/loop/below") else {
            Issue.record("a path that cannot be followed was said to be there or not")
            return
        }
        #expect(error.code == ELOOP)
        #expect(Folders.exists(folder + "/loop/below") && !Folders.exists(folder + "/none"))
        #expect(try Folders.isPresent(folder + "/file") && !Folders.isPresent(folder + "/none"))
        #expect(throws: FileError.self) { try Folders.isPresent(folder + "/loop/below") }
    }

    @Test("An error of rights says whose the path is and who asks")
    func advice() throws {
        let folder = NSTemporaryDirectory() + "advice-\(UUID().uuidString)"
        try Folders.create(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(chmod(folder, 0o2750) == 0)
        let error = FileError(operation: "look for", path: folder + "/none/below", code: EACCES)
        #expect(error.isNotAllowed && !error.isNotFound)
        #expect(error.description.contains("Permission denied; '\(folder)' belongs to "))
        #expect(error.description.contains("mode 2750, and this process runs as \(AccessAdvice.userName(geteuid())):"))
        #expect(AccessAdvice.userName(4_000_000_123) == "4000000123")
    }

    @Test("What is made is as open as the umask says, no less")
    func modes() throws {
        let folder = NSTemporaryDirectory() + "modes-\(UUID().uuidString)"
        try Folders.create(folder + "/inside")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try AtomicFile.write("x", to: folder + "/file")
        var status = stat()
        #expect(stat(folder + "/inside", &status) == 0 && status.st_mode & 0o777 == 0o777 & ~Self.umask)
        #expect(stat(folder + "/file", &status) == 0 && status.st_mode & 0o777 == 0o666 & ~Self.umask)
    }

    private static var umask: UInt32 {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("Umask:") }
        return line.flatMap { UInt32($0.dropFirst(6).trimmingCharacters(in: .whitespaces), radix: 8) } ?? 0o022
    }
}
