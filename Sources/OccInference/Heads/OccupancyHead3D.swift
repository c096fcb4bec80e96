internal import TensorRuntime

/// The full-precision occupancy head on voxels: a 3x3x3 convolution with ReLU, then the linear layers on every voxel.
///
/// Source: `BEVOCCHead3D` in `dense_heads/bev_occ_head.py` with `use_predicter=True`.
struct OccupancyHead3D: Head {
    let name: String
    let inChannels: Int
    let outChannels: Int
    /// Cells in z.
    let levels: Int
    let classes: Int

    var typeName: String { "BEVOCCHead3D" }
    var children: [any Layer] { [finalConvolution, predicter] }

    private var finalConvolution: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".final_conv.conv",
            inChannels: inChannels,
            outChannels: outChannels,
            kernel: 3,
            hasBias: true,
            hasReLU: true,
            isVolume: true
        )
    }
    private var predicter: OccupancyPredicter {
        OccupancyPredicter(head: name, inChannels: outChannels, levels: 1, classes: classes)
    }

    func emit(_ input: Tensor, to program: ProgramBuilder) throws {
        guard input.images == levels else {
            throw InferenceError(
                .badConfiguration,
                "head '\(name)' reads \(levels) cells in z, but is given \(input.images)"
            )
        }
        try predicter.emit(try finalConvolution.emit(input, to: program), to: program)
    }
}
