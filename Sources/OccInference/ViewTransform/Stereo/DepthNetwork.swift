internal import TensorRuntime

/// The depth network that knows its camera and compares frames, in the parts that are run apart.
///
/// Source: `DepthNet` in `model_utils/depthnet.py` with `stereo=True`, `use_dcn=False`, `use_aspp=True`. Maps are blocked; those of
/// depth bins are padded with zeros to whole blocks.
struct DepthNetwork: Layer {
    let name: String
    let channels: Int
    let contextChannels: Int
    let depthBins: Int
    let asppChannels: Int

    /// Numbers that it is told of a camera.
    static let cameraInputs = 27

    var typeName: String { "DepthNet" }
    var children: [any Layer] {
        [reduce, norm, contextGate, context, depthGate] + costLayers + blocks + [aspp, output]
    }

    /// Zeros behind the depth bins.
    var padding: Int { (16 - depthBins % 16) % 16 }
    /// Depth bins and zeros.
    var paddedBins: Int { depthBins + padding }

    private var reduce: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".reduce_conv.0",
            inChannels: channels,
            outChannels: channels,
            kernel: 3,
            hasBias: true,
            norm: BatchNorm(name: name + ".reduce_conv.1", channels: channels),
            hasReLU: true
        )
    }
    private var context: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".context_conv",
            inChannels: channels,
            outChannels: contextChannels,
            kernel: 1,
            hasBias: true
        )
    }
    private var norm: CameraNorm { CameraNorm(name: name + ".bn", channels: Self.cameraInputs) }
    private var depthGate: CameraGate { gate("depth") }
    private var contextGate: CameraGate { gate("context") }

    private func gate(_ kind: String) -> CameraGate {
        CameraGate(network: name, kind: kind, inputs: Self.cameraInputs, channels: channels)
    }

    /// Two convolutions, each of which halves the size.
    private var costLayers: [ConvolutionLayer] {
        [0, 2].map {
            ConvolutionLayer(
                name: "\(name).cost_volumn_net.\($0)",
                inChannels: depthBins,
                outChannels: depthBins,
                kernel: 3,
                stride: 2,
                inPadding: padding,
                outPadding: padding,
                hasBias: true,
                norm: BatchNorm(name: "\(name).cost_volumn_net.\($0 + 1)", channels: depthBins)
            )
        }
    }
    private var blocks: [BasicBlock] {
        (0..<3).map {
            BasicBlock(
                name: "\(name).depth_conv.\($0)",
                inChannels: $0 == 0 ? channels + depthBins : channels,
                outChannels: channels,
                stride: 1,
                hasDownsampleLayer: $0 == 0,
                downsampleKernel: 1,
                inPadding: $0 == 0 ? padding : 0
            )
        }
    }
    private var aspp: ASPP {
        ASPP(name: name + ".depth_conv.3", channels: channels, middleChannels: asppChannels)
    }
    private var output: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".depth_conv.4",
            inChannels: channels,
            outChannels: depthBins,
            kernel: 1,
            outPadding: padding,
            hasBias: true
        )
    }

    /// Appends what depends on the frame's images only.
    func emitReduced(_ features: Tensor, to program: ProgramBuilder, output: Tensor) throws {
        _ = try program.inFloat32 {
            try reduce.emit(program.converted(features, to: .blocked), to: program, output: output)
        }
    }

    /// Appends what follows the comparison of two frames.
    func emitCosts(_ costs: Tensor, to program: ProgramBuilder) throws -> Tensor {
        try program.inFloat32 { try costLayers.reduce(costs) { try $1.emit($0, to: program) } }
    }

    /// Appends what depends on the camera too: logits of depth bins, padded, and features.
    func emit(_ slots: FrameSlots, to program: ProgramBuilder) throws -> (depth: Tensor, context: Tensor) {
        let input = slots.reduced[0]
        let gates = (0..<2).map { _ in program.tensor(images: input.images, height: 1, width: 1, channels: channels) }
        program.append(CameraGatesOperation(norm: norm, gates: [contextGate, depthGate], outputs: gates))
        func gated(_ gate: Tensor, _ joined: [Tensor]) -> Tensor {
            let output = program.tensor(
                images: input.images,
                height: input.height,
                width: input.width,
                channels: channels + (joined.first?.channels ?? 0),
                layout: .blocked
            )
            program.append(GateOperation(features: slots.reduced, gates: gate, joined: joined, output: output))
            return output
        }
        return try program.inFloat32 {
            let features = try context.emit(gated(gates[0], []), to: program)
            var depth = gated(gates[1], slots.costs)
            for block in blocks { depth = try block.emit(depth, to: program) }
            depth = try output.emit(try aspp.emit(depth, to: program), to: program)
            return (program.converted(depth, to: .channelsLast), program.converted(features, to: .channelsLast))
        }
    }
}
