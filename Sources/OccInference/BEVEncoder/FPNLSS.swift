/// Joins the first and the last map of a BEV backbone and doubles the size, in full precision.
///
/// Source: `FPN_LSS` in `necks/lss_fpn.py` with `scale_factor=4`, `input_feature_index=(0, 2)`, `extra_upsample=2`,
/// `lateral=None`.
struct FPNLSS: Neck {
    let name: String
    /// Channels of the first and of the last map.
    let inChannels: [Int]
    let outChannels: Int

    var typeName: String { "FPN_LSS" }
    var children: [any Layer] { [join, refine, decrease, last] }

    private static let scaleFactor = 4
    private static let extraFactor = 2

    private var wideChannels: Int { 2 * outChannels }
    private var join: ConvolutionLayer {
        convolution("conv.0", "conv.1", inChannels[0] + inChannels[1], wideChannels)
    }
    private var refine: ConvolutionLayer { convolution("conv.3", "conv.4", wideChannels, wideChannels) }
    private var decrease: ConvolutionLayer { convolution("up2.1", "up2.2", wideChannels, outChannels) }
    private var last: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".up2.4",
            inChannels: outChannels,
            outChannels: outChannels,
            kernel: 1,
            hasBias: true
        )
    }

    private func convolution(_ module: String, _ norm: String, _ inputs: Int, _ outputs: Int) -> ConvolutionLayer {
        ConvolutionLayer(
            name: "\(name).\(module)",
            inChannels: inputs,
            outChannels: outputs,
            kernel: 3,
            norm: BatchNorm(name: "\(name).\(norm)", channels: outputs),
            hasReLU: true
        )
    }

    func emit(_ inputs: [FeatureMap], to program: ProgramBuilder) throws -> FeatureMap {
        guard let large = inputs.first, let small = inputs.last, large.channels == inChannels[0],
            small.channels == inChannels[1], large.height == Self.scaleFactor * small.height,
            large.width == Self.scaleFactor * small.width
        else {
            throw InferenceError(
                .badConfiguration,
                "layer '\(name)' joins maps of which one is four times as large as the other"
            )
        }
        let joined = program.map(
            images: large.images,
            height: large.height,
            width: large.width,
            channels: inChannels[0] + inChannels[1]
        )
        let enlarged = try program.resizeBilinear(
            try program.converted(small, to: .channelsLast),
            factor: Self.scaleFactor,
            alignCorners: true
        )
        try program.reorder(large, to: joined.slice(0, inChannels[0]))
        try program.reorder(enlarged, to: joined.slice(inChannels[0], inChannels[1]))
        var map = try join.emit(try program.converted(joined, to: .blocked), to: program)
        map = try program.converted(try refine.emit(map, to: program), to: .channelsLast)
        map = try program.resizeBilinear(map, factor: Self.extraFactor, alignCorners: true)
        map = try decrease.emit(try program.converted(map, to: .blocked), to: program)
        map = try program.converted(try last.emit(map, to: program), to: .channelsLast)
        program.tap(name, map)
        return map
    }
}
