import FormulaInputs
import Foundation
import OccInference
import SystemSupport
import TestSupport
import Testing

@Suite("tensors and inputs by formula")
struct FormulaTests {
    /// Digests of what the formula gives in numpy 2.4.6 (float32, little endian).
    private static let frames: [(images: String, ego2global: String)] = [
        (
            "efaa4ceaf5e5aacc7b367234884f6e8562de61dc1aa7e55dbe8cf8b47ebe3e0e",
            "5d87f42429c6313f7c77047ea13d1190636fd030189665689d025ca221e7b523"
        ),
        (
            "d5df0287d2b5021baa71c7850295eae5d5e5d3a5b1f01e63095551c526c983b1",
            "0da48bc435f7d0d335d78160e3fe6fd864b05ef90feb3971beb10dd38101c5e9"
        ),
        (
            "b02da2eb10e0c1fbdcd5167a5c465243af8a8dd828834fc701753517a5498500",
            "5cd648672112df5dbcad84697f4a2c2b6806be1a18b2e2b5d1d8140d30d623d8"
        ),
    ]
    private static let sensor2ego = "dc905d71ac483ca26102c1bcd20f78b9067015a72a6bda6afa79a81175f9d837"
    private static let intrinsics = "29ab7fc9ebe44c6d02b26f554d2a58b2874b3ba971798a36c8b9d7b997edef38"

    private func digest<Element: BitwiseCopyable>(_ values: [Element]) -> String {
        values.withUnsafeBytes { SHA256.hex($0) }
    }

    @Test("tensors are those of numpy, bit for bit")
    func tensors() {
        let weights = FormulaWeights(seed: 20_261_122)
        let tensor = weights.tensor(
            "img_backbone.conv1.weight",
            shape: [64, 3, 7, 7],
            amplitude: 0.20203050891044214,
            offset: 0
        )
        #expect(digest(tensor) == "be6597bf6d1e2e1c20cc03adb64f3d32d6cc8fcc77a79822b03c325eac640df6")
        #expect(
            FormulaWeights(seed: .max).tensor("a/é", shape: [], amplitude: 0.5, offset: 1.5).map(\.bitPattern) == [
                0x3f8e06ca
            ]
        )
        #expect(weights.tensor("x", shape: [3, 0], amplitude: 1, offset: 0).isEmpty)
        #expect(weights.uniform("x", count: 1000).allSatisfy { (0..<1).contains($0) })
    }

    @Test("the synth inputs are those of numpy, bit for bit")
    func inputs() {
        let inputs = InferenceInputs.synthetic()
        #expect(inputs.frames.count == 3)
        for (frame, expected) in zip(inputs.frames, Self.frames) {
            #expect(digest(frame.images) == expected.images)
            #expect(digest(frame.ego2global) == expected.ego2global)
            #expect(digest(frame.sensor2ego) == Self.sensor2ego)
            #expect(digest(frame.intrinsics) == Self.intrinsics)
        }
        #expect(inputs.postRotation == [0.44, 0, 0, 0, 0.44, 0, 0, 0, 1])
        #expect(inputs.postTranslation == [0, -140, 0])
        #expect(InferenceInputs.synthetic(frameCount: 1).frames == Array(inputs.frames[..<1]))
    }

    @Test("inputs survive the file, and files that do not fit are refused")
    func file() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("occ-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("inputs.safetensors").path
        let frame = InferenceInputs.Frame(
            images: [UInt8](0..<24),
            sensor2ego: [Float](repeating: 1, count: 32),
            ego2global: [Float](repeating: 2, count: 32),
            intrinsics: [Float](repeating: 3, count: 18)
        )
        let inputs = try InferenceInputs(
            frames: [frame, frame],
            cameraCount: 2,
            height: 2,
            width: 2,
            postRotation: [Float](repeating: 4, count: 9),
            postTranslation: [5, 6, 7]
        )
        try inputs.write(to: path)
        #expect(try InferenceInputs(contentsOf: path) == inputs)
        #expect(throws: (any Error).self) {
            try InferenceInputs(
                frames: [frame],
                cameraCount: 3,
                height: 2,
                width: 2,
                postRotation: inputs.postRotation,
                postTranslation: inputs.postTranslation
            )
        }
        #expect(throws: (any Error).self) {
            try InferenceInputs(
                frames: [],
                cameraCount: 2,
                height: 2,
                width: 2,
                postRotation: inputs.postRotation,
                postTranslation: inputs.postTranslation
            )
        }
    }

    // Needs the goldens, which lie beside the project.
    @Test("the golden's inputs are read", .enabled(if: SharedFiles.has("goldens/inputs-real0.safetensors")))
    func golden() throws {
        let inputs = try InferenceInputs(contentsOf: SharedFiles.path("goldens/inputs-real0.safetensors"))
        #expect(inputs.frames.count == 1 && inputs.cameraCount == 6 && inputs.height == 256 && inputs.width == 704)
    }

    // Needs the goldens, which lie beside the project.
    @Test(
        "the golden's manifest is read",
        .enabled(if: SharedFiles.has("goldens/occ-r50-bdc-t@synth/manifest.json"))
    )
    func manifest() throws {
        let manifest = try GoldenManifest(contentsOf: SharedFiles.path("goldens/occ-r50-bdc-t@synth/manifest.json"))
        #expect(manifest.name == "occ-r50-bdc-t" && manifest.seed == 20_261_122 && manifest.frames == 1)
        let first = try #require(manifest.tensors.first)
        #expect(first.name == "img_backbone.conv1.weight")
        #expect(
            digest(manifest.elements(of: first)) == "be6597bf6d1e2e1c20cc03adb64f3d32d6cc8fcc77a79822b03c325eac640df6"
        )
        #expect(manifest.taps["img_neck.0"]?.shape == [6, 256, 16, 44])
        #expect(throws: FileError.self) {
            try GoldenManifest(contentsOf: SharedFiles.path("goldens/weights.py"))
        }
    }
}
