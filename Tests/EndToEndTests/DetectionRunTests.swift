import Foundation
import Storage
import TestSupport
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
        let model = Project.path("Models/det-small_BDC-T.occmodel")
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
        try await scoreAndDraw(fixture, dataset: dataset, output: output)
        try await exportForViewers(fixture, output: output)
        try await exportForLabelling(fixture, output: output)
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

    /// Recordings are whole, and the same command finds them there.
    private func exportForViewers(_ fixture: Fixture, output: String) async throws {
        let folder = output + "/recordings"
        let command = ["export", "--output", output, "--format", "mcap", "--to", folder]
        let first = try await fixture.expect(1, command)
        #expect(first.errors.contains("1 recordings written, 0 were there already"), "\(first.errors)")
        #expect(try await fixture.expect(1, command).errors.contains("0 recordings written, 1 were there already"))
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
        let checked = try await fixture.expect(0, ["inspect", folder + "/" + name, "--check"])
        #expect(checked.output.contains("/cam_front/image_rect_compressed"), "\(checked.output)")
        let refused = try await fixture.expect(2, command + ["--voxel-grid"])
        #expect(refused.errors.contains("holds boxes: leave out --voxel-grid"), "\(refused.errors)")
    }

    /// KITTI, COCO and CVAT, with what each is to have.
    private func exportForLabelling(_ fixture: Fixture, output: String) async throws {
        for (format, file) in [
            ("kitti", "CAM_FRONT/label_2/000002.txt"), ("coco", "detections_coco.json"),
            ("cvat", "tracklet_labels.xml"),
        ] {
            let folder = "\(output)/\(format)"
            let command = ["export", "--output", output, "--format", format, "--to", folder, "--minimum-score", "0.15"]
            try await fixture.expect(1, command)
            let found = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
            #expect(found.contains { $0.hasSuffix(file) }, "\(found)")
        }
    }

    /// Scores of a part are marked as such, and the same from files, from run.json, and through a results file; pictures are drawn.
    private func scoreAndDraw(_ fixture: Fixture, dataset: String, output: String) async throws {
        let files = try await fixture.expect(1, ["evaluate", "--output", output, "--json"])
        let stored = try await fixture.expect(1, ["evaluate", "--output", output, "--json", "--stored"])
        #expect(files.output == stored.output && files.errors.contains("the score of a part"))
        let scores = try JSONDecoder().decode(Scores.self, from: Data(files.output.utf8))
        #expect(scores.isPartial && scores.samples == 3 && scores.expected_samples == 6)
        let status = try await fixture.expect(0, ["status", "--output", output, "--scores"])
        #expect(status.output.contains("score so far") && status.output.contains("NDS"))

        try await fixture.expect(0, ["picture", "--output", output, "--view", "all", "--to", output + "/picture.webp"])
        let solid = ["picture", "--output", output, "--view", "voxels", "--to", output + "/solid.png"]
        let refusal = try await fixture.expect(2, solid)
        #expect(refusal.errors.contains("boxes, which have no voxels"))
        let run = try FileManager.default.contentsOfDirectory(atPath: output + "/runs")[0]
        let scenes = try RunDirectory(output: output, run: run).readManifest().scenes
        let done = try #require(scenes.first { $0.state == .done }?.name)
        let curves = output + "/curves"
        let text = try await fixture.expect(
            0,
            ["evaluate", "--output", output, "--scene", done, "--curves", curves]
        )
        #expect(text.output.contains("NDS:") && text.errors.contains("the score of a part"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: curves).sorted() == [
                "curves.csv", "curves.json", "curves.png",
            ]
        )

        // What was exported, imported again: all six samples, three of them without boxes.
        let imported = output + "-imported"
        try await fixture.expect(
            0,
            [
                "import-predictions", "--dataset", dataset, "--version", "v1.0-mini", "--predictions",
                output + "/export/results_nusc.json", "--output", imported,
            ]
        )
        let again = try await fixture.expect(0, ["evaluate", "--output", imported, "--json"])
        let whole = try JSONDecoder().decode(Scores.self, from: Data(again.output.utf8))
        #expect(!whole.isPartial && whole.samples == 6 && whole.nd_score <= scores.nd_score)
        try await fixture.expect(0, ["verify", "--output", imported])
        // Beside the first run: what only the second has is named, and no voxels are compared with boxes.
        let compared = try await fixture.expect(0, ["compare", output, imported, "--json"])
        #expect(compared.output.contains("\"onlyInB\"") && compared.output.contains("\"nds\""))
        let gate = try await fixture.expect(1, ["compare", imported, output, "--fail-below", "-100"])
        #expect(gate.errors.contains("run B has no comparable score of 1 scene of run A"))
        let kinds = try await fixture.expect(2, ["compare", fixture.reference, output])
        #expect(kinds.errors.contains("predictions voxel labels and boxes"))
        // The test split has no annotations, and the command says so.
        try Data("[]".utf8).write(to: URL(fileURLWithPath: dataset + "/v1.0-mini/sample_annotation.json"))
        try FileManager.default.removeItem(atPath: imported + "/runs")
        let bare = try await fixture.expect(
            0,
            [
                "import-predictions", "--dataset", dataset, "--version", "v1.0-mini", "--predictions",
                output + "/export/results_nusc.json", "--output", imported,
            ]
        )
        #expect(bare.errors.contains("no score: no ground truth"))
        let refused = try await fixture.expect(2, ["evaluate", "--output", imported])
        #expect(refused.errors.contains("sample_annotation.json"))
    }

    private struct Scores: Decodable {
        let isPartial: Bool
        let samples: Int
        let expected_samples: Int
        let nd_score: Double
    }

    private func rows(_ dataset: String, _ table: String) throws -> [[String: Any]] {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(dataset)/v1.0-mini/\(table).json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    }
}
