internal import TensorRuntime

/// Joins voxel maps of three sizes by one 1x1x1 convolution.
///
/// The published code enlarges the small maps (trilinear, corners aligned), joins all and convolves. The convolution is linear
/// and sees one voxel, so here each map is convolved with its part of the weights at its own size, and enlarged after: the same
/// but for rounding, at a seventh of the memory.
///
/// Source: `LSSFPN3D` in `necks/lss_fpn.py`.
struct LSSFPN3D: Neck {
    let name: String
    /// Channels of the maps, the largest map first.
    let inChannels: [Int]
    let outChannels: Int

    var typeName: String { "LSSFPN3D" }
    var ownTensors: [TensorSpec] { whole.tensors }

    private var whole: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".conv.conv",
            inChannels: inChannels.reduce(0, +),
            outChannels: outChannels,
            kernel: 1,
            norm: BatchNorm(name: name + ".conv.bn", channels: outChannels),
            hasReLU: true,
            isVolume: true
        )
    }

    /// The convolution of each map; the first has the bias.
    private var parts: [ConvolutionLayer] {
        inChannels.enumerated().map {
            ConvolutionLayer(
                name: "\(name).conv.\($0)",
                inChannels: $1,
                outChannels: outChannels,
                kernel: 1,
                hasBias: $0 == 0
            )
        }
    }

    func packOwn(_ weights: WeightReader, into package: inout PackageBuilder) throws {
        let (values, bias) = try whole.folded(weights)
        var first = 0
        for part in parts {
            let slice = (0..<outChannels).flatMap { channel in
                let start = channel * whole.inChannels + first
                return values[start..<(start + part.inChannels)]
            }
            package.add(part.name + ".weight", slice, shape: [outChannels, part.inChannels, 1, 1])
            first += part.inChannels
        }
        package.add(parts[0].name + ".bias", bias)
    }

    func emit(_ inputs: [Tensor], to program: ProgramBuilder) throws -> Tensor {
        let parts = parts
        guard inputs.count == parts.count else {
            throw InferenceError(
                .badConfiguration,
                "layer '\(name)' joins \(parts.count) maps, but is given \(inputs.count)"
            )
        }
        let result = try program.inFloat32 { try parts[0].emit(inputs[0], to: program) }
        for (index, part) in parts.enumerated().dropFirst() {
            let small = try program.inFloat32 { try part.emit(inputs[index], to: program) }
            try program.addTrilinear(small, to: result, hasReLU: index == parts.count - 1)
        }
        // What the published convolution costs, which sees all maps enlarged.
        program.record(
            LayerCost(
                layer: name,
                output: result.shape,
                fullPrecisionMACs: result.images * result.pixels * whole.inChannels * outChannels
            )
        )
        program.tapVolume(name, result)
        return result
    }
}
