internal import TensorRuntime

/// Two linear layers with a softplus between them on every pixel, and the class of every voxel: the end of all occupancy heads.
///
/// Source: `predicter` in `dense_heads/bev_occ_head.py`.
struct OccupancyPredicter: Layer {
    /// The head's name.
    let head: String
    let inChannels: Int
    /// Cells in z of one pixel.
    let levels: Int
    let classes: Int

    var name: String { head + ".predicter" }
    var typeName: String { "Sequential" }
    var children: [any Layer] { [hidden, logits] }

    private var hidden: ConvolutionLayer { linear(0, inChannels, 2 * inChannels) }
    private var logits: ConvolutionLayer { linear(2, 2 * inChannels, levels * classes) }

    private func linear(_ index: Int, _ inputs: Int, _ outputs: Int) -> ConvolutionLayer {
        ConvolutionLayer(
            name: "\(name).\(index)",
            inChannels: inputs,
            outChannels: outputs,
            kernel: 1,
            hasBias: true,
            isLinear: true
        )
    }

    /// Appends the layers.
    ///
    /// - Parameter features: a channels-last map; several images are cells in z, one above the other.
    func emit(_ features: Tensor, to program: ProgramBuilder) throws {
        guard (1...256).contains(classes) else {
            throw InferenceError(.badConfiguration, "head '\(head)' gives \(classes) classes; labels are bytes")
        }
        let (hidden, logits) = (hidden, logits)
        if program.observesRanges {
            // Values that never leave the cache otherwise.
            let values = try hidden.emit(features, to: program, activation: .softplus)
            _ = try logits.emit(values, to: program)
        }
        program.append(
            OccupancyHeadOperation(
                hidden.parameters(.softplus),
                logits.parameters(nil),
                features,
                levels: levels,
                classes: classes,
                program.arithmetic
            )
        )
        program.tapBound(head, shape: [1, features.width, features.height, features.images * levels, classes])
    }
}
