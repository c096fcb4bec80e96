internal import TensorRuntime

/// The detection head: a shared trunk, then for each value of a box two layers of its own.
///
/// Source: `CenterHead`, `BEV_CenterHeadBDC`, `...BBCU`, `...BiSRNet` and `...BiMatting` in `dense_heads/centerpoint_head.py` with one
/// task and `SeparateHead` of two layers with `final_kernel=3`. In all but the first, a family's units take the place of every
/// convolution but the last of each value.
struct CenterHead: Head {
    let name: String
    /// Whose units take the place of convolutions; nil is full precision.
    let family: (any BinaryFamily)?
    let inChannels: Int
    /// Channels of the trunk (`share_conv_channel`).
    let sharedChannels: Int
    let hasBatchNorm: Bool
    let decoding: DetectionConfiguration

    var typeName: String { family?.detectionHeadType ?? "CenterHead" }
    var children: [any Layer] {
        trunk.map { $0 as any Layer } + values.flatMap { [hidden($0) as any Layer, output($0)] }
    }

    /// The values of a box in the published order, with their number of channels.
    private var values: [(name: String, channels: Int)] {
        [("reg", 2), ("height", 1), ("dim", 3), ("rot", 2), ("vel", 2), ("heatmap", decoding.classNames.count)]
    }

    /// From the BEV features to the shared channels.
    private var trunk: [any MapLayer] {
        let module = name + ".shared_conv"
        guard let family else { return [convolution(module, inChannels)] }
        var channels = inChannels
        var units: [any MapLayer] = []
        while channels > sharedChannels {
            units.append(
                family.channelHalving(
                    "\(module).shared_conv_\(units.count)",
                    inChannels: channels,
                    hasBatchNorm: hasBatchNorm
                )
            )
            channels /= 2
        }
        return units
    }

    private func hidden(_ value: (name: String, channels: Int)) -> any MapLayer {
        let module = "\(name).task_heads.0.\(value.name).0"
        guard let family else { return convolution(module, sharedChannels) }
        return family.unit(
            module,
            inChannels: sharedChannels,
            outChannels: sharedChannels,
            hasBatchNorm: hasBatchNorm
        )
    }

    private func output(_ value: (name: String, channels: Int)) -> ConvolutionLayer {
        ConvolutionLayer(
            name: "\(name).task_heads.0.\(value.name).1",
            inChannels: sharedChannels,
            outChannels: value.channels,
            kernel: 3,
            hasBias: true,
            isDetectionOutput: true
        )
    }

    /// `ConvModule`: 3x3, batch norm, ReLU.
    private func convolution(_ module: String, _ inputs: Int) -> ConvolutionModule {
        ConvolutionModule(name: module, inChannels: inputs, outChannels: sharedChannels)
    }

    func emit(_ input: Tensor, to program: ProgramBuilder) throws {
        guard input.images == 1, input.channels == inChannels else {
            throw InferenceError(
                .badConfiguration,
                "head '\(name)' reads one map of \(inChannels) channels, but is given "
                    + "\(input.images) of \(input.channels)"
            )
        }
        var shared = input
        for layer in trunk { shared = try layer.emit(shared, to: program) }
        var maps: [Tensor] = []
        for value in values {
            let features = try hidden(value).emit(shared, to: program)
            let map = try program.inFloat32 { try output(value).emit(features, to: program) }
            program.tap("head.\(value.name)", map)
            maps.append(map)
        }
        let operation = try DetectionOperation(maps: DetectionMaps(maps), configuration: decoding)
        program.stage(.decoding) { program.append(operation) }
    }
}
