internal import TensorRuntime

/// Two units of a family side by side, with what the published code does before and after them: the resizing layers of BDC
/// and BiSRNet.
///
/// Source: `BinaryConv2dBDC_Down`, `_Up`, `_Fusion_Decrease`, `_Fusion_Increase` and `_Down_Constant` in
/// `quant_convs_BDC.py`; the same in `quant_convs_BiSRNet.py`.
struct UnitPair: MapLayer {
    let name: String
    let shape: ResizingShape
    let inChannels: Int
    var hasBatchNorm = false
    let family: any ResizingFamily

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

    func emit(_ input: Tensor, to program: ProgramBuilder, output: Tensor?) throws -> Tensor {
        try check(input)
        guard !shape.halvesChannels || inChannels % 2 == 0 else {
            throw InferenceError(.badConfiguration, "layer '\(name)' halves \(inChannels) channels, which is odd")
        }
        var source = input
        if shape.halvesSize { source = try program.averagePool(input) }
        if shape == .up { source = program.resizeBilinear(input, factor: 2, alignCorners: false) }
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
                tail: UnitTail(skip: first, factor: factor)
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
