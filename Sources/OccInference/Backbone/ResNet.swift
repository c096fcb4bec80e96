internal import TensorRuntime

/// ResNet-18 or ResNet-50 with strides in the 3x3 convolutions (`style='pytorch'`); the outputs are the last stages, and stage 1 for
/// stereo.
///
/// Source: `mmdet.models.backbones.resnet.ResNet` with the arguments of the published configurations; torchvision's has the same names.
struct ResNet: ImageBackbone {
    let name: String
    /// Whether blocks have three convolutions, 1x1, 3x3 and 1x1, rather than two.
    var hasBottlenecks = true
    /// Channels of the stem; those of the 3x3 convolutions double from stage to stage.
    var width = 64
    /// Blocks of each stage.
    var blocks = [3, 4, 6, 3]
    /// Stages whose maps are the outputs: the last two or three.
    var outputs = 2

    var typeName: String { "ResNet" }

    private var expansion: Int { hasBottlenecks ? 4 : 1 }

    /// The backbone of a module's depth, 50 where none is given, or nil where this build has none of these arguments.
    init?(name: String, _ module: ModuleConfiguration) {
        self.name = name
        switch module.depth {
        case nil, 50: break
        case 18:
            let channels = module.outChannels
            guard (2...3).contains(channels.count), let last = channels.last, last % 128 == 0,
                channels == channels.indices.map({ last >> (channels.count - 1 - $0) })
            else { return nil }
            hasBottlenecks = false
            width = last / 8
            blocks = [2, 2, 2, 2]
            outputs = channels.count
        default: return nil
        }
    }

    private var stem: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".conv1",
            inChannels: 3,
            outChannels: width,
            kernel: 7,
            stride: 2,
            norm: BatchNorm(name: name + ".bn1", channels: width),
            hasReLU: true
        )
    }

    private var stages: [[any ResidualBlock]] {
        var inChannels = width
        return blocks.enumerated().map { stage, count in
            let middleChannels = width << stage
            return (0..<count).map { block in
                defer { inChannels = middleChannels * expansion }
                return makeBlock(
                    "\(name).layer\(stage + 1).\(block)",
                    inChannels,
                    middleChannels,
                    stride: stage > 0 && block == 0 ? 2 : 1
                )
            }
        }
    }

    /// A shortcut has a layer where sizes or channels change.
    private func makeBlock(_ name: String, _ inChannels: Int, _ channels: Int, stride: Int) -> any ResidualBlock {
        let hasDownsampleLayer = stride > 1 || inChannels != channels * expansion
        guard hasBottlenecks else {
            var block = BasicBlock(
                name: name,
                inChannels: inChannels,
                outChannels: channels,
                stride: stride,
                hasDownsampleLayer: hasDownsampleLayer
            )
            block.hasPointwiseDownsampleLayer = true
            return block
        }
        return Bottleneck(
            name: name,
            inChannels: inChannels,
            middleChannels: channels,
            outChannels: channels * expansion,
            stride: stride,
            hasDownsampleLayer: hasDownsampleLayer
        )
    }

    var children: [any Layer] { [stem] + stages.flatMap { $0 } }

    var stereoChannels: Int { width * expansion }

    private func check(_ images: Tensor) throws {
        guard images.height % 32 == 0, images.width % 32 == 0 else {
            throw InferenceError(
                .badConfiguration,
                "input images of \(images.height) x \(images.width) are no multiples of 32"
            )
        }
    }

    /// The stem and the first stage of one image.
    private func emitFirstStage(of image: Tensor, to program: ProgramBuilder) throws -> Tensor {
        var x = program.maxPool(try stem.emit(image, to: program))
        for block in stages[0] { x = try block.emit(x, to: program, output: nil) }
        return x
    }

    func emitFirstStage(_ images: Tensor, to program: ProgramBuilder, stereo: Tensor) throws {
        try check(images)
        for image in 0..<images.images {
            let one = image..<(image + 1)
            program.reorder(try emitFirstStage(of: images.images(one), to: program), to: stereo.images(one))
        }
    }

    func emit(_ images: Tensor, to program: ProgramBuilder, stereo: Tensor?) throws -> [Tensor] {
        try check(images)
        // Early stages run image by image: their maps are large and then stay in cache, and a slot needs less memory.
        let stages = stages
        var early = program.tensor(
            images: images.images,
            height: images.height / 8,
            width: images.width / 8,
            channels: 2 * width * expansion,
            element: program.resultElement(of: stages[1][0].result),
            layout: program.arithmetic.layout
        )
        for image in 0..<images.images {
            let one = image..<(image + 1)
            var x = try emitFirstStage(of: images.images(one), to: program)
            if let stereo { program.reorder(x, to: stereo.images(one)) }
            // The first block writes to where all images' results stand, the others go on in place.
            x = try stages[1][0].emit(x, to: program, output: early.images(one))
            for block in stages[1].dropFirst() { x = try block.emit(x, to: program, output: nil) }
            if x.buffer == early.buffer {
                early = early.reinterpreted(as: x.element, scale: x.scale)
            } else {
                program.reorder(x, to: early.images(one))
            }
        }
        if let stereo { program.tap("\(name).0", stereo) }
        var x = early
        var maps: [Tensor] = []
        for (stage, blocks) in stages.enumerated().dropFirst() {
            if stage > 1 { for block in blocks { x = try block.emit(x, to: program, output: nil) } }
            guard stage >= stages.count - outputs else { continue }
            program.tap("\(name).\(maps.count + (stereo == nil ? 0 : 1))", x)
            maps.append(x)
        }
        return maps
    }
}
