internal import BinaryKernels
internal import SystemSupport
internal import TensorRuntime

/// One slot's state of a network: memory for feature maps and remembered frames, and the last calibrations' geometry.
///
/// Not for use by two threads at once. A frame allocates nothing but its prediction and its taps.
public final class InferenceSession {
    /// The network that it runs.
    public let model: PreparedModel
    /// Seconds of the last frame, by stage.
    public private(set) var lastTimings = StageTimings()
    /// Whether every layer's seconds are kept too.
    public var isProfiling = false
    /// Seconds of the last frame, by layer in the order of execution; empty unless `isProfiling`.
    public private(set) var lastLayers: [LayerTiming] = []

    private let program: BoundProgram
    private let geometry: ViewGeometry
    /// Geometry of every frame that is brought onto the grid, with what it was made from.
    private var poolings: [(calibration: FrameCalibration, pooling: VoxelPooling)] = []
    /// What stands in the slots; without slots in networks of one frame.
    private var memory: FrameMemory

    init(_ model: PreparedModel) throws {
        self.model = model
        program = try InferenceError.translating { try BoundProgram(model.program) }
        geometry = ViewGeometry(model.configuration)
        memory = FrameMemory(slotCount: model.configuration.frames - 1)
    }

    /// Whether the image branch of a frame is kept, so that a frame of that key may come without images; its calibration is always
    /// given.
    ///
    /// Networks of one frame remember nothing. Others keep what the next keyframe of a scene needs: the frames of the last input but
    /// for its oldest.
    public func remembers(_ key: String) -> Bool { memory.remembers(key) }

    /// Forgets all frames; their keys may then name others.
    public func forget() { memory.forget() }

    /// Runs one keyframe.
    ///
    /// The result has the same bits whether earlier frames are remembered or computed anew. If it throws, all frames are forgotten.
    ///
    /// - Parameters:
    ///   - input: images and calibration, `configuration.frames` frames, newest first.
    ///   - taps: names of modules whose outputs are wanted; see `PreparedModel.tapNames`. If there are any, every frame is computed
    ///     anew from its images, and none is remembered afterwards.
    ///   - onTap: receives them in the order of execution.
    /// - Throws: `InferenceError`, and what `onTap` throws.
    public func predict(
        _ input: KeyframeInput,
        taps: Set<String> = [],
        onTap: (Tap) throws -> Void = { _ in }
    ) throws -> Prediction {
        try predict(input, taps: taps, observer: nil, onTap: onTap)
    }

    /// - Parameter observer: sees what the 1x1 of binary units read.
    func predict(
        _ input: KeyframeInput,
        taps: Set<String>,
        observer: UnitObserver?,
        onTap: (Tap) throws -> Void
    ) throws -> Prediction {
        try input.check(model.configuration)
        try check(taps)
        var timings = StageTimings()
        let start = MonotonicClock.nowSeconds
        let prepared = try prepare(input, isTapped: !taps.isEmpty)
        timings.add(MonotonicClock.nowSeconds - start, to: .viewTransform)

        let configuration = model.configuration
        let voxels = configuration.voxelCount
        let logitCount = taps.isEmpty || voxels == 0 ? 0 : voxels * configuration.head.outChannels[2]
        var detections = Detections()
        var logits = [Float](repeating: 0, count: logitCount)
        var layers: [LayerTiming] = []
        do {
            let labels = try [UInt8](unsafeUninitializedCapacity: voxels) { labels, count in
                try withUnsafeMutablePointers(&logits, &detections) { logits, found in
                    var results = RunInputs()
                    results[OccupancyHeadOperation.labels] = labels.baseAddress
                    results[OccupancyHeadOperation.logits] = logitCount > 0 ? logits.baseAddress : nil
                    results[Detections.result] = found
                    results[UnitObserver.slot] = observer
                    for segment in prepared.runs {
                        try run(segment, results, input, prepared, &timings, &layers) { tap, call in
                            guard taps.contains(tap.name(call: call)) else { return }
                            let values = program.values(of: tap) ?? Array(logits)
                            try onTap(Tap(name: tap.name(call: call), shape: tap.shape, values: values))
                        }
                    }
                }
                count = voxels
            }
            lastTimings = timings
            lastLayers = LayerTiming.merged(layers)
            return configuration.detection == nil ? .occupancy(labels) : .detections(detections)
        } catch {
            forget()
            throw error
        }
    }

    private func check(_ taps: Set<String>) throws {
        guard !taps.isEmpty else { return }
        let known = Set(model.tapNames)
        if let unknown = taps.sorted().first(where: { !known.contains($0) }) {
            throw InferenceError(
                .unknownTap,
                "network '\(model.configuration.name)' has no module '\(unknown)' that can be tapped; describe-model "
                    + "lists those that can be"
            )
        }
    }

    /// What an input needs before its first step.
    private struct PreparedInput {
        var runs: [SegmentRun]
        /// From every frame's cameras to its adjacent frame's; none for the oldest frame.
        var views: [[occ_stereo_view]] = []
        /// What the depth network is told of every frame's cameras; none for the oldest frame.
        var cameraInputs: [[Float]] = []
    }

    private func prepare(_ input: KeyframeInput, isTapped: Bool) throws -> PreparedInput {
        let roles = input.frames.count - 1
        let calibrations = (0..<max(roles, 1)).map { calibration(of: $0, in: input) }
        for (index, wanted) in calibrations.enumerated() {
            if index < poolings.count, poolings[index].calibration == wanted { continue }
            let fresh = (wanted, try geometry.pooling(wanted))
            if index < poolings.count { poolings[index] = fresh } else { poolings.append(fresh) }
        }
        guard roles > 0 else { return PreparedInput(runs: [SegmentRun(segment: .keyframe)]) }
        let augmentations = input.augmentations
        let views = try (0..<roles).map {
            try StereoGeometry.views(from: input.frames[$0], to: input.frames[$0 + 1], augmentations)
        }
        let cameraInputs = try (0..<roles).map {
            try StereoGeometry.cameraInputs(
                key: calibrations[0],
                intrinsics: input.frames[$0].intrinsics,
                augmentations
            )
        }
        let frames = input.frames.enumerated().map { index, frame in
            FrameMemory.Frame(
                key: frame.key,
                hasImages: !frame.imagesRGB.isEmpty,
                pair: index < roles ? ExactValues(views[index].flatMap(\.values)) : ExactValues(),
                camera: index < roles ? ExactValues(cameraInputs[index]) : ExactValues()
            )
        }
        return PreparedInput(
            runs: try memory.runs(for: frames, isTapped: isTapped),
            views: views,
            cameraInputs: cameraInputs
        )
    }

    private func calibration(of index: Int, in input: KeyframeInput) -> FrameCalibration {
        let frame = input.frames[index]
        return FrameCalibration(
            sensorToEgo: frame.sensorToEgo,
            egoToGlobal: frame.egoToGlobal,
            intrinsics: frame.intrinsics,
            augmentations: input.augmentations,
            ignoredFeatures: frame.ignoredFeatures,
            keyEgoToGlobal: Array(input.frames[0].egoToGlobal.prefix(16))
        )
    }

    /// Runs the steps of a segment.
    private func run(
        _ segment: SegmentRun,
        _ results: RunInputs,
        _ input: KeyframeInput,
        _ prepared: PreparedInput,
        _ timings: inout StageTimings,
        _ layers: inout [LayerTiming],
        onTap: (TapPoint, _ call: Int) throws -> Void
    ) throws {
        let label = segment.segment.label
        let steps = isProfiling ? model.program.descriptions(of: label) : []
        let firstLayer = layers.count
        var inputs = results
        inputs[VoxelPooling.ofFrame] = poolings[min(segment.frame, poolings.count - 1)].pooling
        inputs[FrameSlots.current] = segment.slot
        inputs[FrameSlots.adjacent] = segment.adjacentSlot
        let views = segment.frame < prepared.views.count ? prepared.views[segment.frame] : []
        let cameraInputs = segment.frame < prepared.cameraInputs.count ? prepared.cameraInputs[segment.frame] : []
        try input.frames[segment.frame].imagesRGB.withUnsafeBufferPointer { pixels in
            try views.withUnsafeBufferPointer { views in
                try cameraInputs.withUnsafeBufferPointer { cameraInputs in
                    inputs[FrameInput.pictures] = pixels.baseAddress
                    inputs[StereoGeometry.views] = views.baseAddress
                    inputs[StereoGeometry.cameras] = cameraInputs.baseAddress
                    var clock = MonotonicClock.nowSeconds
                    try InferenceError.translating {
                        try program.run(label, inputs) { stage, taps in
                            let now = MonotonicClock.nowSeconds
                            if isProfiling {
                                layers.append(LayerTiming(steps[layers.count - firstLayer], seconds: now - clock))
                            }
                            if let part = stage.flatMap({ NetworkStage(rawValue: $0.name) }) {
                                timings.add(now - clock, to: part)
                            }
                            for tap in taps { for call in segment.calls { try onTap(tap, call) } }
                            clock = taps.isEmpty ? now : MonotonicClock.nowSeconds
                        }
                    }
                }
            }
        }
    }

    /// Fixes in memory where a frame's results go.
    private func withUnsafeMutablePointers(
        _ logits: inout [Float],
        _ detections: inout Detections,
        _ body: (UnsafeMutableBufferPointer<Float>, UnsafeMutablePointer<Detections>) throws -> Void
    ) rethrows {
        try logits.withUnsafeMutableBufferPointer { logits in
            try withUnsafeMutablePointer(to: &detections) { try body(logits, $0) }
        }
    }
}
