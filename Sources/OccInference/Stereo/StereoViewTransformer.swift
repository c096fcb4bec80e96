/// Lifts the features of several frames into the key ego frame, with depths that are told by comparing each frame with the one before.
///
/// Source: `LSSViewTransformerBEVStereo` in `necks/view_transformer.py`, and `prepare_bev_feat` in `detectors/bevstereo4d.py`.
struct StereoViewTransformer: Layer {
    let name: String
    let inChannels: Int
    let outChannels: Int
    let configuration: NetworkConfiguration
    let stereo: StereoConfiguration

    var typeName: String { "LSSViewTransformerBEVStereo" }
    var children: [any Layer] { [depthNetwork] }

    private var depthNetwork: DepthNetwork {
        DepthNetwork(
            name: name + ".depth_net",
            channels: inChannels,
            contextChannels: outChannels,
            depthBins: configuration.gridDepth.cells,
            asppChannels: stereo.asppChannels
        )
    }

    /// Pixels of the input image for one pixel of the first stage.
    private static let costDownsample = 4

    /// Makes the memory of remembered frames.
    func makeSlots(_ count: Int, channels: Int, in program: ProgramBuilder) -> FrameSlots {
        func map(_ downsample: Int, _ channels: Int, _ layout: FeatureMap.Layout) -> FeatureMap {
            program.map(
                images: configuration.cameras,
                height: configuration.inputHeight / downsample,
                width: configuration.inputWidth / downsample,
                channels: channels,
                layout: layout
            )
        }
        let size = configuration.downsample
        let slots = FrameSlots(
            stereo: (0..<count).map { _ in map(Self.costDownsample, channels, .channelsLast) },
            reduced: (0..<count).map { _ in map(size, inChannels, .blocked) },
            costs: (0..<count).map { _ in map(size, depthNetwork.paddedBins, .blocked) },
            depths: (0..<count).map { _ in map(size, depthNetwork.depthBins, .channelsLast) },
            contexts: (0..<count).map { _ in map(size, outChannels, .channelsLast) },
            reference: map(Self.costDownsample, channels, .channelsLast)
        )
        program.held += slots.held
        return slots
    }

    /// Appends what depends on a frame's images only.
    func emitImage(_ features: FeatureMap, to program: ProgramBuilder, slots: FrameSlots, slot: Int) throws {
        guard slots.reduced[slot].shape == features.shape else {
            throw InferenceError(
                .badConfiguration,
                "configuration '\(configuration.name)' gives image features of \(features.shape), which do not fit its "
                    + "view transformer; import the model again"
            )
        }
        try depthNetwork.emitReduced(features, to: program, output: slots.reduced[slot])
    }

    /// Appends the comparison of a frame with its adjacent one.
    func emitPair(to program: ProgramBuilder, slots: FrameSlots) throws {
        let first = slots.reference
        let costs = program.map(
            images: first.images,
            height: first.height,
            width: first.width,
            channels: depthNetwork.paddedBins,
            layout: .blocked
        )
        try program.append {
            StereoCostOperation(
                slots: slots,
                output: costs,
                imageHeight: configuration.inputHeight,
                imageWidth: configuration.inputWidth,
                depths: ViewGeometry.depths(configuration),
                bias: Float(stereo.costBias),
                blockSize: $0.engine.blockSize,
                kernels: .init(pointer: $0.kernels)
            )
        }
        let result = try depthNetwork.emitCosts(costs, to: program)
        guard result.shape == slots.costs[0].shape else {
            throw InferenceError(
                .badConfiguration,
                "configuration '\(configuration.name)' asks for image features that are not a quarter of the first stage's"
            )
        }
        try program.append { _ in StoreOperation(copies: [(result, slots.costs)]) }
    }

    /// Appends the depths and features of a frame.
    func emitDepth(to program: ProgramBuilder, slots: FrameSlots) throws {
        let (padded, context) = try depthNetwork.emit(slots, to: program)
        let logits = padded.slice(0, depthNetwork.depthBins)
        program.tap(depthNetwork.name, [logits, context])
        let depth = program.map(
            images: logits.images,
            height: logits.height,
            width: logits.width,
            channels: logits.channels
        )
        try program.append { _ in SoftmaxOperation(input: logits, output: depth) }
        program.tap(name + ".1", depth)
        try program.append { _ in
            StoreOperation(copies: [(depth, slots.depths), (context, slots.contexts)])
        }
    }

    /// Appends the BEV features of a frame, with x along the columns and y along the rows.
    func emitBEV(to program: ProgramBuilder, slots: FrameSlots) throws -> FeatureMap {
        let bev = program.map(
            images: configuration.gridZ.cells,
            height: configuration.gridY.cells,
            width: configuration.gridX.cells,
            channels: outChannels
        )
        let sources = zip(slots.contexts, slots.depths).map { (features: $0, depth: $1) }
        try program.append { _ in PoolCellsOperation(sources: sources, output: bev) }
        if bev.images > 1 { program.tapVolume(name + ".0", bev) } else { program.tap(name + ".0", bev) }
        return bev
    }
}
