/// ResNet-50 with strides in the 3x3 convolutions (`style='pytorch'`); the outputs are stages 3 and 4, and stage 1 for stereo.
///
/// Source: `mmdet.models.backbones.resnet.ResNet` with the arguments of the published configurations.
struct ResNet50: ImageBackbone {
    let name: String

    var typeName: String { "ResNet" }

    /// Channels of the bottleneck and number of blocks of each stage.
    private static let stages = [(64, 3), (128, 4), (256, 6), (512, 3)]
    private static let expansion = 4

    private var stem: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".conv1",
            inChannels: 3,
            outChannels: 64,
            kernel: 7,
            stride: 2,
            norm: BatchNorm(name: name + ".bn1", channels: 64),
            hasReLU: true
        )
    }

    private var stages: [[Bottleneck]] {
        var inChannels = 64
        return Self.stages.enumerated().map { stage, row in
            (0..<row.1).map { block in
                defer { inChannels = row.0 * Self.expansion }
                return Bottleneck(
                    name: "\(name).layer\(stage + 1).\(block)",
                    inChannels: inChannels,
                    middleChannels: row.0,
                    outChannels: row.0 * Self.expansion,
                    stride: stage > 0 && block == 0 ? 2 : 1,
                    hasDownsampleLayer: block == 0
                )
            }
        }
    }

    var children: [any Layer] { [stem] + stages.flatMap { $0 } }

    var stereoChannels: Int { Self.stages[0].0 * Self.expansion }

    private func check(_ images: FeatureMap) throws {
        guard images.height % 32 == 0, images.width % 32 == 0 else {
            throw InferenceError(
                .badConfiguration,
                "input images of \(images.height) x \(images.width) are no multiples of 32"
            )
        }
    }

    /// The stem and the first stage of one image.
    private func emitFirstStage(of image: FeatureMap, to program: ProgramBuilder) throws -> FeatureMap {
        var x = try program.maxPool(try stem.emit(image, to: program))
        for block in stages[0] { x = try block.emit(x, to: program) }
        return x
    }

    func emitFirstStage(_ images: FeatureMap, to program: ProgramBuilder, stereo: FeatureMap) throws {
        try check(images)
        for image in 0..<images.images {
            let one = image..<(image + 1)
            try program.reorder(try emitFirstStage(of: images.images(one), to: program), to: stereo.images(one))
        }
    }

    func emit(_ images: FeatureMap, to program: ProgramBuilder, stereo: FeatureMap?) throws -> [FeatureMap] {
        try check(images)
        // Early stages run image by image: their maps are large and then stay in cache, and a slot needs less memory.
        let stages = stages
        let early = program.map(
            images: images.images,
            height: images.height / 8,
            width: images.width / 8,
            channels: Self.stages[1].0 * Self.expansion,
            layout: .blocked
        )
        for image in 0..<images.images {
            let one = image..<(image + 1)
            var x = try emitFirstStage(of: images.images(one), to: program)
            if let stereo { try program.reorder(x, to: stereo.images(one)) }
            // The first block writes to where all images' results stand, the others go on in place.
            x = try stages[1][0].emit(x, to: program, output: early.images(one))
            for block in stages[1].dropFirst() { x = try block.emit(x, to: program) }
        }
        if let stereo { program.tap("\(name).0", stereo) }
        var x = early
        var outputs: [FeatureMap] = []
        for stage in stages[2...] {
            for block in stage { x = try block.emit(x, to: program) }
            program.tap("\(name).\(outputs.count + (stereo == nil ? 0 : 1))", x)
            outputs.append(x)
        }
        return outputs
    }
}
