import ArrayFiles
import Testing

@testable import OccInference

/// Every unit of the BDC family against the published code.
@Suite struct BDCUnitTests {
    // Skipped with a printed message where the goldens of the published code are absent.
    @Test(.enabled(if: SharedGoldens.isPresent), arguments: SharedGoldens.units(family: "BDC"))
    func agreesWithThePublishedCode(_ unit: SharedGoldens.Unit) throws {
        let file = try SafetensorsFile(path: SharedGoldens.folder! + "/units.safetensors")
        let expected = try file.elements(of: unit.key + "/output", as: Float.self)
        let shape = [1] + unit.input
        let harness = try LayerHarness(try #require(Self.layer(unit)), weights: UnitWeights(unit: unit), shape: shape)

        var input = FormulaWeights(seed: unit.seed).tensor(
            unit.key + ".input", shape: unit.input, amplitude: 1.7, offset: 0)
        for channel in 0..<unit.input[0] {
            for column in 0..<unit.input[2] { input[channel * unit.input[1] * unit.input[2] + column] = 0 }
        }
        let result = try harness.run(input)
        #expect(result.shape == [1] + unit.output)
        let difference = TensorDifference(name: unit.key, reference: expected, candidate: result.values)
        #expect(difference.largestRelative < 1e-4, "\(unit.key): \(difference)")
    }

    private static func layer(_ unit: SharedGoldens.Unit) -> (any MapLayer)? {
        let inChannels = unit.integer("in_channels") ?? unit.integer("channels_in") ?? 0
        let outChannels = unit.integer("out_channels") ?? unit.integer("channels_out") ?? 0
        let hasBatchNorm = unit.flag("with_bn")
        switch unit.unit {
        case "BinaryConv2dBDC":
            return BinaryConv2dBDC(
                name: unit.key, inChannels: inChannels, outChannels: outChannels, stride: unit.integer("stride") ?? 1,
                hasBatchNorm: hasBatchNorm)
        case "BasicBinaryBlockBDC", "DownsampleBinaryBlockBDC":
            return BDCBlock(
                name: unit.key, inChannels: inChannels, outChannels: outChannels,
                isDownsample: unit.unit == "DownsampleBinaryBlockBDC", stride: unit.integer("stride") ?? 1,
                hasBatchNorm: hasBatchNorm, hasDownsampleLayer: true)
        default:
            return BDCBranches.Shape(rawValue: unit.unit).map {
                BDCBranches(name: unit.key, shape: $0, inChannels: inChannels, hasBatchNorm: hasBatchNorm)
            }
        }
    }
}
