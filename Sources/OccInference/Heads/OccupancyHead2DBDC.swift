/// The occupancy head: a BDC unit, then two linear layers with a softplus between them on every BEV pixel.
///
/// Source: `BEVOCCHead2DBDC` in `dense_heads/bev_occ_head.py` with `use_predicter=True`.
struct OccupancyHead2DBDC: Head {
    let name: String
    let inChannels: Int
    let outChannels: Int
    /// Cells in z.
    let levels: Int
    let classes: Int
    let hasBatchNorm: Bool

    var typeName: String { "BEVOCCHead2DBDC" }
    var children: [any Layer] { [finalConvolution, hidden, logits] }

    private var finalConvolution: BinaryConv2dBDC {
        BinaryConv2dBDC(
            name: name + ".final_conv",
            inChannels: inChannels,
            outChannels: outChannels,
            hasBatchNorm: hasBatchNorm
        )
    }
    private var hidden: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".predicter.0",
            inChannels: outChannels,
            outChannels: 2 * outChannels,
            kernel: 1,
            hasBias: true,
            isLinear: true
        )
    }
    private var logits: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".predicter.2",
            inChannels: 2 * outChannels,
            outChannels: levels * classes,
            kernel: 1,
            hasBias: true,
            isLinear: true
        )
    }

    func emit(_ input: FeatureMap, to program: ProgramBuilder) throws {
        guard (1...256).contains(classes), input.images == 1 else {
            throw InferenceError(
                .badConfiguration,
                "head '\(name)' gives \(classes) classes for \(input.images) maps; labels are bytes"
            )
        }
        let features = try finalConvolution.emit(input, to: program)
        let (hidden, logits) = (hidden, logits)
        try program.append { context in
            try OccupancyHeadOperation(hidden, logits, features, levels: levels, classes: classes, context)
        }
        for layer in [hidden, logits] {
            program.record(
                LayerCost(
                    layer: layer.name,
                    output: [features.images, layer.outChannels, features.height, features.width],
                    fullPrecisionMACs: features.pixels * layer.inChannels * layer.outChannels
                )
            )
        }
        program.tapLogits(name, shape: [1, features.width, features.height, levels, classes])
    }
}
