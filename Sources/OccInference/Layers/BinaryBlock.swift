internal import TensorRuntime

/// Two binary layers with a shortcut around both and an RPReLU at the end.
///
/// Source: `BasicBinaryBlockBDC` and `DownsampleBinaryBlockBDC` in `quant_convs_BDC.py`; the same in
/// `quant_convs_BBCU.py` and `quant_convs_BiSRNet.py`.
struct BinaryBlock: MapLayer {
    let name: String
    let inChannels: Int
    let outChannels: Int
    /// Whether the first layer halves the size by a 2x2 mean before its units, rather than by one unit with a stride.
    let isDownsample: Bool
    var stride = 1
    var hasBatchNorm = false
    /// Whether the shortcut has a layer of its own.
    let hasDownsampleLayer: Bool
    /// Whether that layer carries batch norms: published BEV encoders do not pass `with_bn` on, pre-processing networks do.
    var shortcutHasBatchNorm = false
    let family: any ResizingFamily

    var typeName: String { (isDownsample ? "DownsampleBinaryBlock" : "BasicBinaryBlock") + family.suffix }
    var children: [any Layer] { [first, second] + (shortcut.map { [$0] } ?? []) }
    var ownTensors: [TensorSpec] { activation.tensors }

    private var first: any MapLayer { halving("conv1", hasBatchNorm: hasBatchNorm) }
    private var shortcut: (any MapLayer)? {
        hasDownsampleLayer ? halving("downsample", hasBatchNorm: shortcutHasBatchNorm) : nil
    }
    private var second: any BinaryUnit {
        family.unit(
            name + ".conv2",
            inChannels: outChannels,
            outChannels: outChannels,
            hasBatchNorm: hasBatchNorm
        )
    }
    private var activation: RPReLU { RPReLU(name: name + ".relu", channels: outChannels) }

    private func halving(_ module: String, hasBatchNorm: Bool) -> any MapLayer {
        if isDownsample {
            return family.resizing("\(name).\(module)", .down, inChannels: inChannels, hasBatchNorm: hasBatchNorm)
        }
        return family.unit(
            "\(name).\(module)",
            inChannels: inChannels,
            outChannels: outChannels,
            kernel: 3,
            stride: stride,
            hasBatchNorm: hasBatchNorm
        )
    }

    func packOwn(_ weights: WeightReader, into package: inout PackageBuilder) throws {
        try activation.pack(weights, as: name, into: &package)
    }

    func emit(_ input: Tensor, to program: ProgramBuilder, output: Tensor?) throws -> Tensor {
        try check(input)
        let identity = try shortcut?.emit(input, to: program) ?? input
        let hidden = try first.emit(input, to: program)
        let result = try second.emit(
            hidden,
            to: program,
            output: output,
            tail: UnitTail(skip: identity, activation: RPReLUParameters(packedAs: name))
        )
        program.tap(name, result)
        return result
    }
}
