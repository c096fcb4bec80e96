import Foundation
import TestSupport
import Testing

/// Commands that are told to stop in the middle of their work.
@Suite("Interrupted commands", .enabled(if: Tool.isBuilt, "the programs are not built beside the tests"))
struct InterruptionTests {
    private static func names(in folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    @Test("Ctrl-C ends a benchmark with 130, a word about it, and none of its pictures left")
    func bench() async throws {
        let folder = try TemporaryFolder()
        let running = try Tool.start(
            "occ-worker",
            ["bench", "--model", Project.path("Models/occ-small_BDC-T.occmodel"), "--frames", "1000"],
            environment: ["TMPDIR": folder.path + "/"]
        )
        try await running.wait(timeoutSeconds: 60, for: "pictures") { !Self.names(in: folder.path).isEmpty }
        kill(running.processID, SIGINT)
        let result = try await running.result(timeoutSeconds: 30)
        #expect(result.status == 130 && result.output.isEmpty, "\(result.errors)")
        #expect(result.errors.hasSuffix("interrupted; nothing was written, the same command begins anew\n"))
        #expect(Self.names(in: folder.path).isEmpty)
    }

    @Test("SIGTERM ends a rendering with 130 and says that a part is there")
    func rendering() async throws {
        let folder = try TemporaryFolder()
        let target = folder.file("world")
        let running = try Tool.start(
            "occ-scheduler",
            ["make-dataset", "--scenes", "100", "--samples", "40", "--without-lidar", "--to", target]
        )
        try await running.wait(timeoutSeconds: 60, for: "a folder") { !Self.names(in: target).isEmpty }
        kill(running.processID, SIGTERM)
        let result = try await running.result(timeoutSeconds: 30)
        #expect(result.status == 130, "\(result.errors)")
        #expect(result.errors.contains("interrupted; '\(target)' holds a part of a dataset"), "\(result.errors)")
    }

    @Test("A report that is stopped leaves nothing, however far it was")
    func report() async throws {
        let fixture = try await Fixture.shared.value
        let folder = try TemporaryFolder()
        let running = try Tool.start(
            "occ-scheduler",
            ["report", "--output", fixture.reference, "--to", folder.file("site")]
        )
        try await running.wait(timeoutSeconds: 60, for: "a folder") { !Self.names(in: folder.path).isEmpty }
        kill(running.processID, SIGINT)
        let result = try await running.result(timeoutSeconds: 30)
        #expect(result.status == 130 && result.errors.contains("interrupted; nothing"), "\(result.errors)")
        #expect(Self.names(in: folder.path).isEmpty)
    }
}
