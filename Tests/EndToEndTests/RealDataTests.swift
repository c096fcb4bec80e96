import ArrayFiles
import Foundation
import OccInference
import TestSupport
import Testing

/// The published code's output on a real keyframe, through the whole way: tables, JPEG files, queue, worker, scene file, export.
///
/// Needs the reference data beside the repository (`OCC_SHARED`), which is not part of it.
@Suite(
    "Real data, end to end",
    .serialized,
    .enabled(if: Tool.isBuilt, "the programs are not built beside the tests"),
    .enabled(
        if: SharedFiles.has("data/nuscenes-real/v1.0-mini"),
        "no reference data: set OCC_SHARED to the folder that has goldens/ and data/"
    )
)
struct RealDataTests {
    @Test("Labels of a real keyframe agree with the published code on at least 99.8 % of the voxels")
    func labels() async throws {
        let folder = NSTemporaryDirectory() + "occ-real-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let golden = SharedFiles.path("goldens/occ-r50-bdc-t@real0")
        let manifest = try GoldenManifest(contentsOf: golden + "/manifest.json")
        let model = folder + "/model.occmodel"
        let imported = try await Tool.scheduler(
            "import-model",
            "--config",
            "flashocc-r50_BDC-T",
            "--formula-weights",
            "\(manifest.seed)",
            "--output",
            model
        )
        #expect(imported.status == 0, "\(imported.errors)")
        let run = try await Tool.scheduler(
            "run",
            "--dataset",
            SharedFiles.path("data/nuscenes-real"),
            "--version",
            "v1.0-mini",
            "--model",
            model,
            "--output",
            folder + "/out"
        )
        #expect(run.status == 0, "\(run.errors)")
        let exported = try await Tool.scheduler(
            "export",
            "--output",
            folder + "/out",
            "--format",
            "sparseocc",
            "--to",
            folder + "/npz"
        )
        #expect(exported.status == 0, "\(exported.errors)")

        let token = "ca9a282c9e77460f8360f564131a8af5"
        let prediction = try NPZArchive(contentsOf: "\(folder)/npz/\(token).npz")
            .elements(of: "pred", as: UInt8.self, shape: [200, 200, 16])
        let outputs = try SafetensorsFile(path: golden + "/outputs.safetensors")
        let reference = try outputs.elements(of: "occ", as: UInt8.self)
        let same = zip(prediction, reference).count { $0 == $1 }
        let share = Double(same) / Double(reference.count)
        print("real keyframe, whole way: \(String(format: "%.4f", share * 100)) % of the labels agree")
        #expect(share >= 0.998)
    }
}
