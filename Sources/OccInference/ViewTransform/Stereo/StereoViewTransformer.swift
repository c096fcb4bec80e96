internal import TensorRuntime

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
        func map(_ downsample: Int, _ channels: Int, _ layout: Tensor.Layout) -> Tensor {
            program.tensor(
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
        program.hold(slots.held)
        return slots
    }

    /// Appends what depends on a frame's images only.
    func emitImage(_ features: Tensor, to program: ProgramBuilder, slots: FrameSlots, slot: Int) throws {
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
        let costs = program.tensor(
            images: first.images,
            height: first.height,
            width: first.width,
            channels: depthNetwork.paddedBins,
            layout: .blocked
        )
        program.append(
            StereoCostOperation(
                slots: slots,
                output: costs,
                imageHeight: configuration.inputHeight,
                imageWidth: configuration.inputWidth,
                depths: ViewGeometry.depths(configuration),
                bias: Float(stereo.costBias)
            )
        )
        let result = try depthNetwork.emitCosts(costs, to: program)
        guard result.shape == slots.costs[0].shape else {
            throw InferenceError(
                .badConfiguration,
                "configuration '\(configuration.name)' asks for image features that are not a quarter of the first stage's"
            )
        }
        program.append(StoreOperation(copies: [(result, slots.costs)]))
    }

    /// Appends the depths and features of a frame.
    func emitDepth(to program: ProgramBuilder, slots: FrameSlots) throws {
        let (padded, context) = try depthNetwork.emit(slots, to: program)
        let logits = padded.slice(0, depthNetwork.depthBins)
        program.tap(depthNetwork.name, [logits, context])
        let depth = program.softmax(logits)
        program.tap(name + ".1", depth)
        program.append(StoreOperation(copies: [(depth, slots.depths), (context, slots.contexts)]))
    }

    /// Appends the BEV features of a frame, with x along the columns and y along the rows.
    func emitBEV(to program: ProgramBuilder, slots: FrameSlots) -> Tensor {
        let bev = program.map(
            images: configuration.gridZ.cells,
            height: configuration.gridY.cells,
            width: configuration.gridX.cells,
            channels: outChannels
        )
        let sources = zip(slots.contexts, slots.depths).map { (features: $0, depth: $1) }
        program.append(PoolCellsOperation(sources: sources, output: bev))
        if bev.images > 1 { program.tapVolume(name + ".0", bev) } else { program.tap(name + ".0", bev) }
        return bev
    }
}
