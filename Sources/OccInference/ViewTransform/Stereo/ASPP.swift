internal import TensorRuntime

/// Atrous spatial pyramid pooling: dilated convolutions and the mean of the map side by side, joined by a 1x1.
///
/// Source: `ASPP` in `model_utils/depthnet.py`; dropout does nothing when a network is used.
struct ASPP: Layer {
    let name: String
    let channels: Int
    let middleChannels: Int

    var typeName: String { "ASPP" }
    var children: [any Layer] { branches + [global, join] }

    private var branches: [ConvolutionLayer] {
        [1, 6, 12, 18].enumerated().map { index, dilation in
            ConvolutionLayer(
                name: "\(name).aspp\(index + 1).atrous_conv",
                inChannels: channels,
                outChannels: middleChannels,
                kernel: dilation == 1 ? 1 : 3,
                dilation: dilation,
                norm: BatchNorm(name: "\(name).aspp\(index + 1).bn", channels: middleChannels),
                hasReLU: true
            )
        }
    }
    private var global: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".global_avg_pool.1",
            inChannels: channels,
            outChannels: middleChannels,
            kernel: 1,
            norm: BatchNorm(name: name + ".global_avg_pool.2", channels: middleChannels),
            hasReLU: true
        )
    }
    private var join: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".conv1",
            inChannels: 5 * middleChannels,
            outChannels: channels,
            kernel: 1,
            norm: BatchNorm(name: name + ".bn1", channels: channels),
            hasReLU: true
        )
    }

    /// Appends the layer; maps are blocked.
    func emit(_ input: Tensor, to program: ProgramBuilder) throws -> Tensor {
        // oneDNN has fast kernels for wide dilations in this layout only.
        let channelsLast = program.converted(input, to: .channelsLast)
        var parts = try branches.map { branch in
            guard branch.dilation > 1 else { return try branch.emit(input, to: program) }
            return program.converted(try branch.emit(channelsLast, to: program), to: .blocked)
        }
        parts.append(try global.emit(program.mean(input), to: program))
        return try join.emit(program.joinSpread(parts), to: program)
    }
}
