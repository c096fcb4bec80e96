/// Collects the steps of a network in order.
///
/// Without a context it records shapes and costs only, so that a network can be described without its weights.
final class ProgramBuilder {
    private let context: PreparationContext?
    private(set) var bufferBytes: [Int] = []
    private(set) var steps: [ProgramStep] = []
    private(set) var taps: [TapPoint] = []
    private(set) var costs: [LayerCost] = []
    /// Stage that the following steps belong to.
    var stage = NetworkStage.preprocessing
    /// Segment that the following steps belong to; the steps of a segment follow each other.
    var segment = ProgramSegment.keyframe
    /// Buffers whose content outlives a frame.
    var held: [BufferID] = []

    init(_ context: PreparationContext?) {
        self.context = context
    }

    /// Makes a buffer of so many floats.
    func buffer(floats: Int) -> BufferID {
        bufferBytes.append(floats * MemoryLayout<Float>.stride)
        return BufferID(index: bufferBytes.count - 1)
    }

    /// Makes a dense feature map in a buffer of its own.
    func map(
        images: Int,
        height: Int,
        width: Int,
        channels: Int,
        layout: FeatureMap.Layout = .channelsLast
    ) -> FeatureMap {
        FeatureMap(
            buffer: buffer(floats: images * height * width * channels),
            images: images,
            height: height,
            width: width,
            channels: channels,
            layout: layout,
            pixelStride: channels
        )
    }

    /// Appends a step; `make` is called only if the program is being prepared.
    func append(_ make: (PreparationContext) throws -> any Operation) throws {
        guard let context else { return }
        steps.append(ProgramStep(operation: try make(context), stage: stage, segment: segment))
    }

    /// Records what a layer costs; the parts of a layer that runs image by image are added up.
    func record(_ cost: LayerCost) {
        var cost = cost
        if segment.isRemembered { cost.markRemembered() }
        if let last = costs.firstIndex(where: { $0.layer == cost.layer }) {
            costs[last].add(cost)
        } else {
            costs.append(cost)
        }
    }

    /// Names the content that a map has after the last step appended.
    func tap(_ name: String, _ map: FeatureMap, shape: [Int]? = nil) {
        add(name, .map(map), shape: shape ?? map.shape)
    }

    /// Names the content of a map whose images are cells in z; it is given as `[1, channels, levels, height, width]`.
    func tapVolume(_ name: String, _ map: FeatureMap) {
        add(name, .volume(map), shape: [1, map.channels, map.images, map.height, map.width])
    }

    /// Names a result that is no feature map.
    func tapLogits(_ name: String, shape: [Int]) {
        add(name, .logits, shape: shape)
    }

    /// Names the content of maps of one size as if their channels followed each other.
    func tap(_ name: String, _ maps: [FeatureMap]) {
        let first = maps[0]
        let channels = maps.reduce(0) { $0 + $1.channels }
        add(name, .maps(maps), shape: [first.images, channels, first.height, first.width])
    }

    private func add(_ name: String, _ source: TapPoint.Source, shape: [Int]) {
        taps.append(TapPoint(name: name, step: steps.count, segment: segment, source: source, shape: shape))
    }
}
