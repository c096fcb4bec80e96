import Foundation
import Storage
import Testing

/// Networks that read earlier frames, with real processes: how a scene was cut up must not be seen in what is stored.
@Suite(
    "Runs of networks that look back, end to end",
    .serialized,
    .enabled(if: Tool.isBuilt, "the programs are not built beside the tests")
)
struct StereoRunTests {
    /// What is stored of each sample, whatever it is.
    private func contents(inOutput output: String) throws -> [String: [UInt8]] {
        let directory = try Fixture.run(inOutput: output)
        var contents: [String: [UInt8]] = [:]
        for scene in try directory.readManifest().scenes {
            let reader = try SceneFileReader(path: "\(directory.path)/\(scene.fileName ?? "")")
            for entry in reader.entries { contents[entry.token] = try reader.sample(entry).content }
        }
        return contents
    }

    /// Bytes of the scene files that are being written.
    private func unfinishedBytes(_ output: String) -> Int {
        guard let runs = try? FileManager.default.subpathsOfDirectory(atPath: output + "/runs") else { return 0 }
        return runs.filter { $0.hasSuffix(".part") }.reduce(0) { sum, path in
            let attributes = try? FileManager.default.attributesOfItem(atPath: output + "/runs/" + path)
            return sum + (attributes?[.size] as? Int ?? 0)
        }
    }

    private func arguments(_ dataset: String, _ model: String, _ output: String, slots: Int) -> [String] {
        [
            "run", "--dataset", dataset, "--version", "v1.0-mini", "--model", model, "--output", output,
            "--workers", "1", "--slots-per-worker", "\(slots)",
        ]
    }

    private func model(_ configuration: String, in folder: String) async throws -> String {
        let path = "\(folder)/\(configuration).occmodel"
        let fixture = try await Fixture.shared.value
        try await fixture.expect(
            0,
            ["import-model", "--config", configuration, "--formula-weights", "1", "--output", path]
        )
        return path
    }

    @Test("Occupancy: a worker that is killed in the middle of a scene leaves no trace in the labels")
    func killed() async throws {
        let fixture = try await Fixture.shared.value
        let folder = fixture.folder + "/stereo-occupancy"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
        let model = try await model("flashocc-r50-4d-stereo_BDC-T", in: folder)
        let dataset = folder + "/dataset"
        try await fixture.expect(
            0,
            [
                "make-dataset", "--scenes", "1", "--samples", "3", "--seed", "8", "--to", dataset, "--width", "400",
                "--height", "225", "--without-lidar",
            ]
        )
        try await fixture.expect(0, arguments(dataset, model, folder + "/whole", slots: 1))
        let expected = try contents(inOutput: folder + "/whole")
        #expect(expected.count == 3 && Set(expected.values).count == 3)

        let output = folder + "/cut"
        let run = try Tool.start("occ-scheduler", arguments(dataset, model, output, slots: 1))
        // A header takes some 400 bytes, a sample thousands.
        try await run.wait(timeoutSeconds: 120, for: "a stored sample") { unfinishedBytes(output) > 1000 }
        kill(try #require(Fixture.children(of: run.processID).first), SIGKILL)
        let result = try await run.result(timeoutSeconds: 120)
        #expect(result.status == 0 && result.errors.contains("SIGKILL"), "\(result.errors)")
        #expect(try contents(inOutput: output) == expected)
    }

    @Test("Detection: two scenes side by side, or one after the other in an interrupted run: the same boxes")
    func interrupted() async throws {
        let fixture = try await Fixture.shared.value
        let folder = fixture.folder + "/stereo-detection"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
        let model = try await model("bevdet-r50-4d-stereo-cbgs_BDC-T", in: folder)
        try await fixture.expect(0, arguments(fixture.dataset, model, folder + "/two", slots: 2))
        let expected = try contents(inOutput: folder + "/two")
        #expect(expected.count == Fixture.sceneCount * Fixture.samplesPerScene)
        #expect(Set(expected.values).count == expected.count, "samples differ in what is predicted")

        let output = folder + "/one"
        let run = try Tool.start("occ-scheduler", arguments(fixture.dataset, model, output, slots: 1))
        try await run.wait(timeoutSeconds: 120, for: "a stored sample") { unfinishedBytes(output) > 1000 }
        kill(run.processID, SIGINT)
        #expect([0, 130].contains(try await run.result(timeoutSeconds: 60).status))
        try await fixture.expect(0, arguments(fixture.dataset, model, output, slots: 1))
        #expect(try contents(inOutput: output) == expected)
        try await fixture.expect(0, ["verify", "--output", output])
    }
}
