import ArrayFiles
import FormulaInputs
import Foundation
import Testing

@testable import OccInference

@Suite(.serialized) struct InferenceSessionTests {
    private static let configuration = "flashocc-r50_BDC-T"

    /// Two slots in two threads, with other frames in between, give what one gives alone: no state leaks between frames or
    /// slots.
    @Test func slotsDoNotDisturbEachOther() async throws {
        let model = try TestModels.prepared(Self.configuration)
        let frames = try (0..<2).map { frame in
            var inputs = InferenceInputs.synthetic(frameCount: 3)
            inputs.frames.removeFirst(frame)
            return try KeyframeInput(inputs, frames: 1)
        }
        let one = Task.detached {
            let session = try model.makeSession()
            return [try session.predict(frames[0]), try session.predict(frames[1])]
        }
        let other = Task.detached {
            let session = try model.makeSession()
            return [try session.predict(frames[1]), try session.predict(frames[0])]
        }
        let (first, second) = (try await one.value, try await other.value)
        #expect(first == second.reversed())
        #expect(first[0] != first[1])
    }

    @Test func refusesInputsThatDoNotFit() throws {
        let session = try TestModels.prepared(Self.configuration).makeSession()
        let good = try KeyframeInput(.synthetic(frameCount: 1), frames: 1)
        var cases: [(String, KeyframeInput)] = []
        func add(_ what: String, _ change: (inout KeyframeInput) -> Void) {
            var input = good
            change(&input)
            cases.append((what, input))
        }
        add("0 frames") { $0.frames = [] }
        add("images") { $0.frames[0].imagesRGB.removeLast() }
        add("sensor2ego") { $0.frames[0].sensorToEgo.append(0) }
        add("ego2global") { $0.frames[0].egoToGlobal[3] = .nan }
        add("intrinsics") { $0.frames[0].intrinsics[0] = .infinity }
        add("post_rot") { $0.augmentations[0].rotation = [1] }
        add("post_rot") { $0.augmentations += $0.augmentations }
        add("ego2global") { $0.frames[0].egoToGlobal = [Float](repeating: 0, count: 96) }
        add("intrinsics") { $0.frames[0].intrinsics = [Float](repeating: 0, count: 54) }
        for (what, input) in cases {
            let error = #expect(throws: InferenceError.self) { try session.predict(input) }
            #expect(error?.kind == .badInput)
            #expect(error?.detail.contains(what) == true, "\(what): \(error?.detail ?? "")")
        }
        let error = #expect(throws: InferenceError.self) { try session.predict(good, taps: ["img_neck.9"]) }
        #expect(error?.kind == .unknownTap)
    }

    @Test func writesOutputsAsTheGoldensDo() throws {
        let folder = try TestModels.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let model = folder + "/model.occmodel"
        try Data(TestModels.bytes(Self.configuration)).write(to: URL(fileURLWithPath: model))
        try InferenceInputs.synthetic(frameCount: 2).write(to: folder + "/inputs.safetensors")
        let summary = try InferenceCommand.run(
            ModelPackage(path: model),
            inputs: folder + "/inputs.safetensors",
            output: folder + "/outputs.safetensors",
            taps: ["img_view_transformer.1", "occ_head"]
        )
        #expect(summary.outputs == ["occ", "tap:img_view_transformer.1", "tap:occ_head"])
        #expect(summary.timings.totalSeconds > summary.timings.backboneSeconds)

        let file = try SafetensorsFile(path: folder + "/outputs.safetensors")
        let labels = try file.elements(of: "occ", as: UInt8.self, shape: [200, 200, 16])
        let logits = try file.elements(of: "tap:occ_head", as: Float.self, shape: [1, 200, 200, 16, 18])
        for voxel in stride(from: 0, to: labels.count, by: 997) {
            let row = logits[(voxel * 18)..<(voxel * 18 + 18)]
            #expect(row[voxel * 18 + Int(labels[voxel])] == row.max())
        }
        // A depth distribution sums to 1 in every pixel.
        let depth = try file.elements(of: "tap:img_view_transformer.1", as: Float.self, shape: [6, 88, 16, 44])
        for pixel in stride(from: 0, to: 704, by: 41) {
            let sum = (0..<88).reduce(Float(0)) { $0 + depth[$1 * 704 + pixel] }
            #expect(abs(sum - 1) < 1e-5)
        }
    }

    /// A slot of the biggest networks of one frame stays below 400 MB; `StereoNetworkTests` look at the others.
    @Test(arguments: ["bevdet-occ-r50", "flashocc-r50", "flashocc-r50_BiMatting-B"])
    func slotsStaySmall(_ name: String) throws {
        // Not kept: three prepared networks take gigabytes.
        let bytes = try ModelImporter.pack(
            try ModelCatalogue.configuration(named: name),
            weights: FormulaWeightSource(seed: TestModels.seed)
        )
        let model = try PreparedModel(ModelPackage(bytes: bytes, source: name))
        #expect(model.sessionByteCount < 400_000_000)
    }
}
