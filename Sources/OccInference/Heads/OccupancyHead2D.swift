internal import TensorRuntime

/// The full-precision occupancy head: a 3x3 convolution with ReLU, then the linear layers.
///
/// Source: `BEVOCCHead2D` in `dense_heads/bev_occ_head.py` with `use_predicter=True`.
struct OccupancyHead2D: Head {
    let name: String
    let inChannels: Int
    let outChannels: Int
    /// Cells in z.
    let levels: Int
    let classes: Int

    var typeName: String { "BEVOCCHead2D" }
    var children: [any Layer] { [finalConvolution, predicter] }

    private var finalConvolution: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".final_conv.conv",
            inChannels: inChannels,
            outChannels: outChannels,
            kernel: 3,
            hasBias: true,
            hasReLU: true
        )
    }
    private var predicter: OccupancyPredicter {
        OccupancyPredicter(head: name, inChannels: outChannels, levels: levels, classes: classes)
    }

    func emit(_ input: Tensor, to program: ProgramBuilder) throws {
        guard input.images == 1 else {
            throw InferenceError(.badConfiguration, "head '\(name)' reads one map, but is given \(input.images)")
        }
        let features = try finalConvolution.emit(program.asConvolutionInput(input), to: program)
        try predicter.emit(program.converted(features, to: .channelsLast), to: program)
    }
}
