import Datasets
import Foundation
import Keyframes
import Scenes
import Testing

@testable import OccInference
@testable import Worker

/// The published networks that look back, on small images and a small grid, fed as a worker feeds them.
@Suite("Small networks that look back", .serialized)
final class LookingBackTests {
    private let folder = NSTemporaryDirectory() + "occ-small-\(UUID().uuidString)"
    private let scene: BenchScene

    init() throws {
        scene = try BenchScene(samples: 4, in: folder, width: 160, height: 90)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func small(_ name: String) throws -> PreparedModel {
        var network = try ModelCatalogue.configuration(named: name)
        network.inputHeight = 64
        network.inputWidth = 96
        let range = network.gridX.upper
        network.gridX = GridAxis(-range, range, range / 16)
        network.gridY = GridAxis(-range, range, range / 16)
        let bytes = try ModelImporter.pack(network, weights: FormulaWeightSource(seed: 20_261_123))
        return try PreparedModel(ModelPackage(bytes: bytes, source: name))
    }

    @Test(
        "In order, from the middle, after a failure, one slot or two: the same bytes as each keyframe by itself",
        arguments: ["flashocc-r50-4d-stereo_BDC-T", "bevdet-r50-4d-stereo-cbgs_BDC-T"]
    )
    func sameBytes(name: String) throws {
        let model = try small(name)
        let samples = scene.frames.samples
        func predict(_ predictor: NetworkPredictor, _ sample: Int) throws -> PredictedContent {
            try predictor.predict(scene.frames, sample: sample, datasetRoot: scene.folder).content
        }
        let forgetful = try NetworkPredictor(model: model)
        let expected = try samples.indices.map { sample in
            forgetful.startScene()
            return try predict(forgetful, sample)
        }
        for sample in samples.indices.dropFirst() { #expect(expected[sample] != expected[sample - 1]) }

        let first = try NetworkPredictor(model: model)
        let second = try NetworkPredictor(model: model)
        for sample in samples.indices {
            // The two slots take their scenes up at different samples.
            #expect(try predict(first, sample) == expected[sample])
            if sample > 1 { #expect(try predict(second, sample) == expected[sample]) }
        }
        // Back to the beginning with another claim's frames in memory, and on after a picture that cannot be read.
        #expect(try predict(second, 1) == expected[1])
        let picture = scene.folder + "/" + samples[2].cameras[5].imagePath
        try FileManager.default.moveItem(atPath: picture, toPath: picture + ".away")
        #expect(throws: ScenePredictionError.self) { try predict(second, 2) }
        try FileManager.default.moveItem(atPath: picture + ".away", toPath: picture)
        for sample in 2..<samples.count { #expect(try predict(second, sample) == expected[sample]) }
        // Pictures of remembered frames are not read again.
        first.startScene()
        for sample in samples.indices {
            #expect(try predict(first, sample) == expected[sample])
            try FileManager.default.removeItem(atPath: scene.folder + "/" + samples[sample].cameras[0].imagePath)
        }
    }
}
