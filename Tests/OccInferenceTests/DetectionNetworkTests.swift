import ArrayFiles
import FormulaInputs
import Foundation
import Testing

@testable import OccInference

/// Whole detection networks against the published code.
@Suite(.serialized) struct DetectionNetworkTests {
    struct Case: CustomTestStringConvertible {
        let configuration: String
        let golden: String
        /// Most that the 99th percentile of a tap behind the backbone may differ, over its standard deviation: three times the
        /// published code's own noise on the binary network, none of which signs multiply on the other.
        let noise: Float

        var folder: String { SharedGoldens.folder! + "/" + golden }
        var testDescription: String { golden }
    }

    static let cases = [
        Case(configuration: "bevdet-r50-cbgs_BDC-T", golden: "det-r50-bdc-t@synth", noise: 6e-3),
        Case(configuration: "bevdet-r50-cbgs_BDC-T", golden: "det-r50-bdc-t@real0", noise: 6e-3),
        Case(configuration: "bevdet-r50-cbgs", golden: "det-r50-bevdet@synth", noise: 1e-4),
    ]

    // Skipped with a printed message where the goldens of the published code are absent.
    @Test(.enabled(if: SharedGoldens.isPresent), arguments: cases)
    func formulaWeightsAreThoseOfTheManifest(_ one: Case) throws {
        let manifest = try GoldenManifest(contentsOf: one.folder + "/manifest.json")
        let network = try Network(ModelCatalogue.configuration(named: one.configuration))
        #expect(manifest.config.hasSuffix("/\(one.configuration).py"))
        let published = Dictionary(uniqueKeysWithValues: manifest.tensors.map { ($0.name, $0) })
        #expect(Set(network.tensors.map(\.name)) == Set(published.keys))
        for tensor in network.tensors {
            let (amplitude, offset) = FormulaWeightSource.range(of: tensor)
            let expected = try #require(published[tensor.name])
            #expect(
                expected.shape == tensor.shape && expected.amplitude == amplitude && expected.offset == offset,
                "\(tensor.name): \(amplitude), \(offset)"
            )
        }
    }

    @Test(.enabled(if: SharedGoldens.isPresent), arguments: cases)
    func findsTheBoxesOfThePublishedCode(_ one: Case) throws {
        let folder = NSTemporaryDirectory() + "occ-detection-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let manifest = try GoldenManifest(contentsOf: one.folder + "/manifest.json")
        try ModelImporter.importModel(
            configName: one.configuration,
            weights: FormulaWeightSource(seed: manifest.seed),
            output: folder + "/m.occmodel"
        )
        var inputs = SharedGoldens.folder! + "/inputs-real0.safetensors"
        if one.golden.hasSuffix("@synth") {
            inputs = folder + "/inputs.safetensors"
            try InferenceInputs.synthetic(frameCount: 1).write(to: inputs)
        }
        _ = try InferenceCommand.run(
            ModelPackage(path: folder + "/m.occmodel"),
            inputs: inputs,
            output: folder + "/out.safetensors",
            taps: manifest.taps.keys.sorted()
        )
        let report = try OutputComparison.compare(
            reference: one.folder + "/outputs.safetensors",
            candidate: folder + "/out.safetensors"
        )
        for tap in report.tensors {
            let limit = tap.name.hasPrefix("img_backbone") ? 2e-5 : Double(one.noise)
            #expect(Double(tap.percentile99Relative) < limit, "\(tap)")
        }
        for boxes in [try #require(report.detections), try #require(report.decoded)] {
            #expect(boxes.isComplete, "\(boxes)")
            #expect(boxes.largestScoreDifference < 1e-3 && boxes.largestCentreDistance < 0.01, "\(boxes)")
        }
        #expect(report.onlyInReference.isEmpty)
    }
}
