internal import TensorRuntime

/// Joins the first and the last map of a BEV backbone and doubles the size, with BiMatting units after one full-precision 3x3.
///
/// Source: `Binary_FPN_LSS_BiMatting_Up` in `necks/lss_fpn.py` with `scale_factor=4`, `extra_upsample=2`, `lateral=None`.
struct BinaryFPNLSSBiMattingUp: Neck {
    let name: String
    /// Channels of the first and of the last map.
    let inChannels: [Int]
    let outChannels: Int

    var typeName: String { "Binary_FPN_LSS_BiMatting_Up" }
    var children: [any Layer] { [join, refine, decrease, last] }

    private var join: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".conv.0",
            inChannels: inChannels[0] + inChannels[1],
            outChannels: 2 * outChannels,
            kernel: 3,
            norm: BatchNorm(name: name + ".conv.1", channels: 2 * outChannels),
            hasReLU: true
        )
    }
    private var refine: BinaryConv2dBiMatting { unit("conv.3", 2 * outChannels, 2 * outChannels) }
    private var decrease: BinaryConv2dBiMatting { unit("up2.1", 2 * outChannels, outChannels) }
    private var last: BinaryConv2dBiMatting { unit("up2.2", outChannels, outChannels) }

    private func unit(_ module: String, _ inputs: Int, _ outputs: Int) -> BinaryConv2dBiMatting {
        BinaryConv2dBiMatting(name: "\(name).\(module)", inChannels: inputs, outChannels: outputs)
    }

    func emit(_ inputs: [Tensor], to program: ProgramBuilder) throws -> Tensor {
        let joined = try program.joinEnlarged(inputs, channels: inChannels, for: join.parameters(.relu), layer: name)
        var map = program.asMap(try join.emit(joined, to: program, result: .map))
        map = try refine.emit(map, to: program)
        map = program.resizeBilinear(map, factor: 2, alignCorners: true)
        map = try decrease.emit(map, to: program)
        map = try last.emit(map, to: program)
        program.tap(name, map)
        return map
    }
}
