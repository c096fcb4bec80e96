import Foundation
import Storage
import Testing

/// A run of a detection network with real processes, from pictures to a results file.
@Suite(
    "Detection run, end to end",
    .serialized,
    .enabled(if: Tool.isBuilt, "the programs are not built beside the tests")
)
struct DetectionRunTests {
    @Test("Boxes are stored and exported; a scene that failed stands in the results file without boxes")
    func runAndExport() async throws {
        let fixture = try await Fixture.shared.value
        let dataset = fixture.folder + "/detection-dataset"
        try FileManager.default.copyItem(atPath: fixture.dataset, toPath: dataset)
        let model = fixture.folder + "/detection.occmodel"
        try await fixture.expect(
            0,
            ["import-model", "--config", "bevdet-r50-cbgs_BDC-T", "--formula-weights", "1", "--output", model]
        )
        // One picture of the last sample's scene is damaged.
        let samples = try rows(dataset, "sample")
        let last = try #require(samples.last)
        let pictures = try rows(dataset, "sample_data").filter {
            $0["sample_token"] as? String == last["token"] as? String
                && ($0["filename"] as? String)?.contains("CAM_FRONT/") == true
        }
        let picture = try #require(pictures.first?["filename"] as? String)
        try Data("no picture".utf8).write(to: URL(fileURLWithPath: dataset + "/" + picture))

        let output = fixture.folder + "/detection-out"
        try await fixture.expect(
            1,
            [
                "run", "--dataset", dataset, "--version", "v1.0-mini", "--model", model, "--output", output,
                "--workers",
                "1",
            ]
        )
        try await fixture.expect(1, ["export", "--output", output, "--format", "nuscenes", "--to", output + "/export"])

        let file = try Data(contentsOf: URL(fileURLWithPath: output + "/export/results_nusc.json"))
        let document = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
        let meta = try #require(document["meta"] as? [String: Bool])
        #expect(meta["use_camera"] == true && meta.values.count(where: { $0 }) == 1)
        let results = try #require(document["results"] as? [String: [[String: Any]]])
        #expect(Set(results.keys) == Set(samples.compactMap { $0["token"] as? String }))
        for sample in samples {
            let token = try #require(sample["token"] as? String)
            let isDamaged = sample["scene_token"] as? String == last["scene_token"] as? String
            #expect(results[token]?.isEmpty == isDamaged, "\(token)")
            #expect(results[token]?.allSatisfy { $0["sample_token"] as? String == token } == true)
        }

        // What is stored is what is exported.
        let run = try FileManager.default.contentsOfDirectory(atPath: output + "/runs")[0]
        let directory = try RunDirectory(output: output, run: run)
        for scene in try directory.readManifest().scenes where scene.state == .done {
            let reader = try SceneFileReader(path: "\(directory.path)/\(scene.fileName ?? "")")
            for entry in reader.entries {
                let stored = try JSONSerialization.jsonObject(with: Data(try reader.sample(entry).detectionsJSON()))
                #expect(stored as? NSArray == results[entry.token] as NSArray?)
            }
        }
        // Occupancy's forms are refused with a reason.
        let refused = try await Tool.run(
            "occ-scheduler",
            ["export", "--output", output, "--format", "evalai", "--to", output + "/npz"]
        )
        #expect(refused.status != 0 && refused.errors.contains("detections, not occupancy"))
        // A scene that is queued again is not failed any more, and run.json does not say so.
        #expect(try Fixture.sceneStates(inOutput: output).contains(.failed))
        try await fixture.expect(0, ["retry", "--output", output])
        let states = try Fixture.sceneStates(inOutput: output)
        #expect(states.contains(.unfinished) && !states.contains(.failed))
    }

    private func rows(_ dataset: String, _ table: String) throws -> [[String: Any]] {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(dataset)/v1.0-mini/\(table).json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    }
}
