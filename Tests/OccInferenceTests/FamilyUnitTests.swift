import ArrayFiles
import Testing

@testable import OccInference

/// Every unit of the families beside BDC against the published code.
@Suite struct FamilyUnitTests {
    @Test func allUnitsAreThere() {
        #expect(UnitGolden.families.count == 24)
    }

    @Test(arguments: UnitGolden.families)
    func agreesWithThePublishedCode(_ unit: UnitGolden) throws {
        let result = try Self.run(unit)
        #expect(result.shape == [1] + unit.output)
        let difference = TensorDifference(
            name: unit.key,
            reference: unit.value,
            candidate: unit.index.map { result.values[$0] },
            deviation: unit.deviation
        )
        #expect(difference.largestRelative < 1e-4, "\(unit.key): \(difference)")
    }

    // All values instead of samples; skipped with a printed message where the goldens of the published code are absent.
    @Test(.enabled(if: SharedGoldens.isPresent), arguments: UnitGolden.families)
    func agreesWithThePublishedCodeEverywhere(_ unit: UnitGolden) throws {
        let file = try SafetensorsFile(path: SharedGoldens.folder! + "/units.safetensors")
        let expected = try file.elements(of: unit.key + "/output", as: Float.self)
        let difference = TensorDifference(
            name: unit.key,
            reference: expected,
            candidate: try Self.run(unit).values
        )
        #expect(difference.largestRelative < 1e-4, "\(unit.key): \(difference)")
    }

    @Test func refusesMapsThatDoNotFit() throws {
        let weights = FormulaWeightSource(seed: 1)
        for family in [BBCUFamily(), BiSRNetFamily(), BiMattingFamily()] as [any BinaryFamily] {
            let odd = family.unit(
                "odd",
                inChannels: 32,
                outChannels: 32,
                kernel: 3,
                stride: 2,
                hasBatchNorm: false
            )
            let harness = try LayerHarness(odd, weights: weights, shape: [1, 32, 5, 4])
            #expect(throws: InferenceError.self, "\(family)") { try harness.run([Float](repeating: 0, count: 640)) }
            let uneven = family.unit("uneven", inChannels: 32, outChannels: 48, hasBatchNorm: false)
            let other = try LayerHarness(uneven, weights: weights, shape: [1, 32, 4, 4])
            #expect(throws: InferenceError.self, "\(family)") { try other.run([Float](repeating: 0, count: 512)) }
        }
    }

    private static func run(_ unit: UnitGolden) throws -> (shape: [Int], values: [Float]) {
        try LayerHarness(try #require(layer(unit)), weights: UnitWeights(unit: unit), shape: [1] + unit.input)
            .run(unit.inputValues)
    }

    private static func layer(_ unit: UnitGolden) -> (any MapLayer)? {
        let inChannels = unit.input[0]
        let stride = unit.integer("stride") ?? 1
        if unit.unit == "BinaryConv2dReActNet" { return reActNet(unit, stride: stride) }
        let families: [any BinaryFamily] = [BBCUFamily(), BiSRNetFamily(), BiMattingFamily()]
        guard let family = families.first(where: { unit.unit.hasPrefix("BinaryConv2d" + $0.suffix) }) else {
            return nil
        }
        if unit.unit == "BinaryConv2d" + family.suffix {
            return family.unit(
                unit.key,
                inChannels: inChannels,
                outChannels: unit.output[0],
                kernel: unit.integer("kernel_size") ?? 3,
                stride: stride,
                hasBatchNorm: false
            )
        }
        guard let resizing = family as? any ResizingFamily,
            let shape = ResizingShape.allCases.first(where: { $0.typeName(family.suffix) == unit.unit })
        else { return nil }
        return resizing.resizing(unit.key, shape, inChannels: inChannels, hasBatchNorm: false)
    }

    /// `BinaryConv2dReActNet` in `quant_convs_ReActNet.py`: the shortcut is added before the RPReLU.
    ///
    /// No published network of this family runs, so it is no part of the library; that its unit can be said in the library's
    /// terms is the proof that the next family can.
    private static func reActNet(_ unit: UnitGolden, stride: Int) -> SignUnit {
        var norm: BatchNorm?
        if case .flag(true) = unit.arguments["with_norm"] {
            norm = BatchNorm(name: unit.key + ".batch_norm", channels: unit.output[0])
        }
        return SignUnit(
            name: unit.key,
            typeName: unit.unit,
            inChannels: unit.input[0],
            redistribution: .shift(unit.key + ".move0.bias"),
            convolutions: [
                BinaryConvolution(
                    name: unit.key + ".binary_conv",
                    packedName: unit.key + ".conv3x3",
                    inChannels: unit.input[0],
                    outChannels: unit.output[0],
                    kernel: 3,
                    norm: norm
                )
            ],
            stride: stride,
            activation: RPReLU(name: unit.key + ".relu", channels: unit.output[0])
        )
    }
}
