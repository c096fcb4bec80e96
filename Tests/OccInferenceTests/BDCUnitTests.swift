import ArrayFiles
import Testing

@testable import OccInference

/// Every unit of the BDC family against the published code.
@Suite struct BDCUnitTests {
    @Test func allUnitsAreThere() {
        #expect(UnitGolden.all.count == 26)
    }

    @Test(arguments: UnitGolden.all)
    func agreesWithThePublishedCode(_ unit: UnitGolden) throws {
        let layer = try #require(unit.layer)
        let harness = try LayerHarness(layer, weights: UnitWeights(unit: unit), shape: [1] + unit.input)
        let result = try harness.run(unit.inputValues)
        #expect(result.shape == [1] + unit.output)
        let samples = unit.index.map { result.values[$0] }
        let difference = TensorDifference(
            name: unit.key,
            reference: unit.value,
            candidate: samples,
            deviation: unit.deviation
        )
        #expect(difference.largestRelative < 1e-4, "\(unit.key): \(difference)")
    }

    // All values instead of samples; skipped with a printed message where the goldens of the published code are absent.
    @Test(.enabled(if: SharedGoldens.isPresent), arguments: UnitGolden.all)
    func agreesWithThePublishedCodeEverywhere(_ unit: UnitGolden) throws {
        let file = try SafetensorsFile(path: SharedGoldens.folder! + "/units.safetensors")
        let expected = try file.elements(of: unit.key + "/output", as: Float.self)
        let harness = try LayerHarness(
            try #require(unit.layer),
            weights: UnitWeights(unit: unit),
            shape: [1] + unit.input
        )
        let result = try harness.run(unit.inputValues)
        let difference = TensorDifference(name: unit.key, reference: expected, candidate: result.values)
        #expect(difference.largestRelative < 1e-4, "\(unit.key): \(difference)")
    }

    /// A batch gives each image what it gets alone: squeeze-excitation looks at one image.
    @Test func imagesOfABatchDoNotMix() throws {
        let layer = BinaryConv2dBDC(name: "unit", inChannels: 48, outChannels: 96, stride: 2)
        let weights = FormulaWeightSource(seed: 5)
        let one = [1, 48, 6, 4]
        let first = FormulaWeights(seed: 5).tensor("a", shape: one, amplitude: 1, offset: 0)
        let second = FormulaWeights(seed: 5).tensor("b", shape: one, amplitude: 2, offset: 0.5)
        let alone = try LayerHarness(layer, weights: weights, shape: one)
        let together = try LayerHarness(layer, weights: weights, shape: [2, 48, 6, 4])
        #expect(
            try together.run(first + second).values == alone.run(first).values + alone.run(second).values
        )
    }

    @Test func refusesMapsThatDoNotFit() throws {
        let weights = FormulaWeightSource(seed: 1)
        let odd = BinaryConv2dBDC(name: "odd", inChannels: 32, outChannels: 32, stride: 2)
        let harness = try LayerHarness(odd, weights: weights, shape: [1, 32, 5, 4])
        #expect(throws: InferenceError.self) { try harness.run([Float](repeating: 0, count: 640)) }
        let tripled = BinaryConv2dBDC(name: "tripled", inChannels: 32, outChannels: 96)
        let other = try LayerHarness(tripled, weights: weights, shape: [1, 32, 4, 4])
        #expect(throws: InferenceError.self) { try other.run([Float](repeating: 0, count: 512)) }
    }
}
