internal import TensorRuntime

/// Joins the first and the last map of a BEV backbone and doubles the size, in full precision.
///
/// Source: `FPN_LSS` in `necks/lss_fpn.py` with `scale_factor=4`, `extra_upsample=2`, `lateral=None`.
struct FPNLSS: Neck {
    let name: String
    /// Channels of the first and of the last map.
    let inChannels: [Int]
    let outChannels: Int

    var typeName: String { "FPN_LSS" }
    var children: [any Layer] { [join, refine, decrease, last] }

    private var join: ConvolutionLayer { convolution("conv", 0, inChannels[0] + inChannels[1], 2 * outChannels) }
    private var refine: ConvolutionLayer { convolution("conv", 3, 2 * outChannels, 2 * outChannels) }
    /// The tiles of so large a map, transformed at once as oneDNN does, would need more memory than all else
    /// that a slot has.
    private var decrease: ConvolutionLayer {
        var layer = convolution("up2", 1, 2 * outChannels, outChannels)
        layer.mayUseWinograd = false
        return layer
    }
    private var last: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".up2.4",
            inChannels: outChannels,
            outChannels: outChannels,
            kernel: 1,
            hasBias: true
        )
    }

    private func convolution(_ module: String, _ index: Int, _ inputs: Int, _ outputs: Int) -> ConvolutionLayer {
        ConvolutionLayer(
            name: "\(name).\(module).\(index)",
            inChannels: inputs,
            outChannels: outputs,
            kernel: 3,
            norm: BatchNorm(name: "\(name).\(module).\(index + 1)", channels: outputs),
            hasReLU: true
        )
    }

    func emit(_ inputs: [Tensor], to program: ProgramBuilder) throws -> Tensor {
        let joined = try program.joinEnlarged(inputs, channels: inChannels, for: join.parameters(.relu), layer: name)
        var map = try join.emit(joined, to: program)
        map = program.asMap(try refine.emit(map, to: program, result: .map))
        map = program.resizeBilinear(map, factor: 2, alignCorners: true)
        map = try decrease.emit(program.asConvolutionInput(map), to: program)
        map = program.asMap(try last.emit(map, to: program, result: .map))
        program.tap(name, map)
        return map
    }
}
