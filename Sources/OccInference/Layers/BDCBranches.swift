/// Two units of a family side by side, with what the published code does before and after them.
///
/// Source: `BinaryConv2dBDC_Down`, `_Up`, `_Fusion_Decrease`, `_Fusion_Increase` and `_Down_Constant` in
/// `quant_convs_BDC.py`; the same in `quant_convs_BiSRNet.py`.
struct BDCBranches: MapLayer {
    /// What stands before the two units, and how their results are joined.
    enum Shape: String, Sendable {
        /// 2x2 mean, then both units on all channels, results side by side: channels double, size halves.
        case down = "BinaryConv2dBDC_Down"
        /// Bilinear doubling, then a unit on each half of the channels, results side by side.
        case up = "BinaryConv2dBDC_Up"
        /// A unit on each half of the channels, mean of the results: channels halve.
        case fusionDecrease = "BinaryConv2dBDC_Fusion_Decrease"
        /// Both units on all channels, results side by side: channels double.
        case fusionIncrease = "BinaryConv2dBDC_Fusion_Increase"
        /// 2x2 mean, then both units on all channels, sum of the results: size halves.
        case downConstant = "BinaryConv2dBDC_Down_Constant"

        var halvesChannels: Bool { self == .up || self == .fusionDecrease }
        var sumsResults: Bool { self == .fusionDecrease || self == .downConstant }
        var halvesSize: Bool { self == .down || self == .downConstant }

        /// The published class name in a family.
        func typeName(_ suffix: String) -> String { "BinaryConv2d" + suffix + rawValue.dropFirst(15) }
    }

    let name: String
    let shape: Shape
    let inChannels: Int
    var hasBatchNorm = false
    var family: any ResizingFamily = BDCFamily()

    var typeName: String { shape.typeName(family.suffix) }
    var children: [any Layer] { units }

    private var unitChannels: Int { shape.halvesChannels ? inChannels / 2 : inChannels }
    private var units: [any BinaryUnit] {
        ["biconv_1", "biconv_2"].map {
            family.unit(
                "\(name).\($0)",
                inChannels: unitChannels,
                outChannels: unitChannels,
                hasBatchNorm: hasBatchNorm
            )
        }
    }

    /// Channels of the result.
    var outChannels: Int { shape.sumsResults ? unitChannels : 2 * unitChannels }

    func emit(_ input: FeatureMap, to program: ProgramBuilder, output: FeatureMap?) throws -> FeatureMap {
        try check(input)
        guard !shape.halvesChannels || inChannels % 2 == 0 else {
            throw InferenceError(.badConfiguration, "layer '\(name)' halves \(inChannels) channels, which is odd")
        }
        var source = input
        if shape.halvesSize { source = try program.averagePool(input) }
        if shape == .up { source = try program.resizeBilinear(input, factor: 2, alignCorners: false) }
        let result =
            output
            ?? program.map(images: source.images, height: source.height, width: source.width, channels: outChannels)
        let inputs =
            shape.halvesChannels
            ? [source.slice(0, unitChannels), source.slice(unitChannels, unitChannels)] : [source, source]
        if shape.sumsResults {
            let first = try units[0].emit(inputs[0], to: program)
            let factor: Float = shape == .fusionDecrease ? 0.5 : 1
            _ = try units[1].emit(
                inputs[1],
                to: program,
                output: result,
                tail: .init(skip: first, factor: factor, activation: nil)
            )
        } else {
            for (index, unit) in units.enumerated() {
                _ = try unit.emit(
                    inputs[index],
                    to: program,
                    output: result.slice(index * unitChannels, unitChannels)
                )
            }
        }
        program.tap(name, result)
        return result
    }
}
