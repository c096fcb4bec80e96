internal import TensorRuntime

/// What a network consists of: parameters, packed bytes and operations, by layer and in sum.
public struct ModelDescription: Codable, Equatable, Sendable {
    /// One layer with parameters of its own.
    public struct Row: Codable, Equatable, Sendable {
        /// The published module path.
        public var name: String
        /// The published class name.
        public var type: String
        /// Shape of its output for one keyframe, images x channels x height x width; empty where it has none of its own.
        public var outputShape: [Int]
        /// Parameters, binary ones included.
        public var parameters: Int
        /// Parameters of which only the sign is used.
        public var binaryParameters: Int
        /// Learnable shifts and factors around signs and RPReLUs.
        public var shiftParameters: Int
        /// Bytes in the model package; 0 where there is none.
        public var packedBytes: Int
        /// Multiply-accumulates of real weights and real inputs.
        public var fullPrecisionMACs: Int
        /// Multiply-accumulates of signs and signs.
        public var binaryMACs: Int
        /// Multiply-accumulates of binary weights and real inputs.
        public var binaryWeightMACs: Int
    }

    /// The configuration's name.
    public var name: String
    /// What it predicts: "occupancy" or "detection".
    public var task: String
    /// Frames of a keyframe input.
    public var frames: Int
    /// The package's digest; nil for a bare configuration.
    public var digest: String?
    /// Where the weights came from; nil for a bare configuration.
    public var weights: String?
    /// The package's size in bytes; 0 for a bare configuration.
    public var packageBytes: Int
    /// Whether the package holds the scales that int8 needs.
    public var isCalibrated: Bool
    /// What the network was trained on and is not for; nil where the package does not say.
    public var card: ModelCard?
    /// Why the package's card is not in `card`; nil where it is there, or there is none.
    public var cardFlaw: String?
    /// The layers in the order of execution.
    public var rows: [Row]
    /// Sums over the layers.
    public var totals: ModelTotals
    /// The paper's figures, if its tables list the network.
    public var published: PublishedFigures?
    /// Operations of a keyframe in a scene whose earlier frames are remembered; nil for networks of one frame.
    ///
    /// The rows, and the sums of them, count a keyframe by itself, every frame computed anew as the published code does.
    public var sceneOrder: OperationCounts?
    /// Modules whose output can be tapped.
    public var tapNames: [String]

    /// Describes a package.
    ///
    /// - Throws: `InferenceError` where its configuration does not fit together.
    public init(_ package: ModelPackage) throws {
        try self.init(package.configuration, package)
    }

    /// Describes a configuration without weights.
    ///
    /// - Throws: `InferenceError` where it does not fit together.
    public init(_ configuration: NetworkConfiguration) throws {
        try self.init(configuration, nil)
    }

    private init(_ configuration: NetworkConfiguration, _ package: ModelPackage?) throws {
        let network = try Network(configuration)
        let builder = ProgramBuilder()
        try InferenceError.translating { try network.emit(to: builder) }
        let costs = Self.sums(of: builder)
        name = configuration.name
        task = configuration.detection == nil ? "occupancy" : "detection"
        frames = configuration.frames
        published = PublishedFigures.of(configuration.name)
        digest = package?.digest
        weights = package?.weightsLabel
        packageBytes = package?.byteCount ?? 0
        isCalibrated = package?.isCalibrated ?? false
        card = package?.card
        cardFlaw = package?.cardFlaw
        tapNames = TapPoint.names(of: builder.taps, frames: configuration.frames)
        rows = network.layers.flatMap { Self.rows(of: $0, costs, package) }
        totals = ModelTotals(rows)
        guard configuration.frames > 1 else { return }
        let remembered = Set(FrameSegment.all(frames: configuration.frames).filter(\.isRemembered).map(\.label))
        sceneOrder = builder.costs.reduce(into: OperationCounts()) { sum, entry in
            guard !remembered.contains(entry.segment) else { return }
            sum.add(entry.cost)
        }
    }

    /// What each layer costs in all the steps that it runs in; the images of its outputs are counted together.
    private static func sums(of builder: ProgramBuilder) -> [String: (output: [Int], counts: OperationCounts)] {
        builder.costs.reduce(into: [:]) { sums, entry in
            let layer = entry.cost.layer
            if sums[layer] == nil {
                sums[layer] = (entry.cost.output, OperationCounts())
            } else {
                sums[layer]!.output[0] += entry.cost.output[0]
            }
            sums[layer]!.counts.add(entry.cost)
        }
    }

    private static func rows(
        of layer: any Layer,
        _ costs: [String: (output: [Int], counts: OperationCounts)],
        _ package: ModelPackage?
    ) -> [Row] {
        let inner = layer.children.flatMap { rows(of: $0, costs, package) }
        guard !layer.ownTensors.isEmpty else { return inner }
        let parameters = layer.ownTensors.filter(\.isParameter)
        let cost = costs[layer.name]
        let packed = (package?.packedByteCount(prefix: layer.name + ".") ?? 0) - inner.reduce(0) { $0 + $1.packedBytes }
        let row = Row(
            name: layer.name,
            type: layer.typeName,
            outputShape: cost?.output ?? [],
            parameters: parameters.reduce(0) { $0 + $1.count },
            binaryParameters: parameters.reduce(0) { $0 + ($1.kind == .binaryConvolution ? $1.count : 0) },
            shiftParameters: parameters.reduce(0) { $0 + ($1.kind.isShift ? $1.count : 0) },
            packedBytes: packed,
            fullPrecisionMACs: cost?.counts.fullPrecisionMACs ?? 0,
            binaryMACs: cost?.counts.binaryMACs ?? 0,
            binaryWeightMACs: cost?.counts.binaryWeightMACs ?? 0
        )
        return inner + [row]
    }

    /// The network in a line.
    public var summary: ModelSummary {
        ModelSummary(name: name, task: task, frames: frames, totals: totals, published: published)
    }
}
