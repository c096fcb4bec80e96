internal import SystemSupport

/// One slot's state of a network: memory for feature maps, and the last calibration's geometry.
///
/// Not for use by two threads at once. A frame allocates nothing but its prediction and its taps.
public final class InferenceSession {
    /// The network that it runs.
    public let model: PreparedModel
    /// Seconds of the last frame, by stage.
    public private(set) var lastTimings = StageTimings()

    private let arena: Arena
    private let stream: DNNLStream
    private let steps: [BoundOperation]
    private let geometry: ViewGeometry
    private var calibration: FrameCalibration?
    private var pooling: VoxelPooling?

    init(_ model: PreparedModel) throws {
        self.model = model
        arena = try Arena(byteCount: model.program.arenaByteCount)
        stream = try DNNLStream(model.engine)
        steps = try model.program.bind(arena, stream)
        geometry = ViewGeometry(model.configuration)
    }

    /// Whether the image branch of a frame is kept, so that a frame of that key may come without images; its calibration is always
    /// given.
    ///
    /// Networks of one frame remember nothing. Others keep what the next keyframe of a scene needs: the frames of the last input but
    /// for its oldest.
    public func remembers(_ key: String) -> Bool { false }

    /// Forgets all frames; their keys may then name others.
    public func forget() {}

    /// Runs one keyframe.
    ///
    /// The result has the same bits whether earlier frames are remembered or computed anew.
    ///
    /// - Parameters:
    ///   - input: images and calibration, `configuration.frames` frames, newest first.
    ///   - taps: names of modules whose outputs are wanted; see `PreparedModel.tapNames`.
    ///   - onTap: receives them in the order of execution.
    /// - Throws: `InferenceError`, and what `onTap` throws.
    public func predict(
        _ input: KeyframeInput,
        taps: Set<String> = [],
        onTap: (Tap) throws -> Void = { _ in }
    ) throws -> Prediction {
        OpenMP.useOneThread()
        try input.check(model.configuration)
        let known = Set(model.tapNames)
        if let unknown = taps.sorted().first(where: { !known.contains($0) }) {
            throw InferenceError(
                .unknownTap,
                "network '\(model.configuration.name)' has no module '\(unknown)' that can be tapped; describe-model "
                    + "lists those that can be"
            )
        }
        var timings = StageTimings()
        var clock = MonotonicClock.nowSeconds
        let pooling = try currentPooling(input)
        var now = MonotonicClock.nowSeconds
        timings.add(now - clock, to: .viewTransform)
        clock = now

        let configuration = model.configuration
        let voxels = configuration.voxelCount
        let logitCount = taps.isEmpty || voxels == 0 ? 0 : voxels * configuration.head.outChannels[2]
        var detections = Detections()
        var logits = [Float](repeating: 0, count: logitCount)
        let pending = model.program.taps.filter { taps.contains($0.name) }
        var nextTap = 0
        let labels = try [UInt8](unsafeUninitializedCapacity: voxels) { labels, count in
            try withUnsafeMutablePointers(&logits, &detections) { logits, found in
                try input.frames[0].imagesRGB.withUnsafeBufferPointer { pixels in
                    let frame = FrameContext(
                        imagesRGB: pixels.baseAddress!,
                        pooling: pooling,
                        labels: labels.baseAddress,
                        logits: logitCount > 0 ? logits.baseAddress : nil,
                        detections: found
                    )
                    for (index, step) in steps.enumerated() {
                        try step(frame)
                        now = MonotonicClock.nowSeconds
                        timings.add(now - clock, to: model.program.steps[index].stage)
                        clock = now
                        while nextTap < pending.count, pending[nextTap].step == index + 1 {
                            try onTap(read(pending[nextTap], UnsafeBufferPointer(logits)))
                            nextTap += 1
                            clock = MonotonicClock.nowSeconds
                        }
                    }
                }
            }
            count = voxels
        }
        lastTimings = timings
        return configuration.detection == nil ? .occupancy(labels) : .detections(detections)
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

    /// The geometry of an input's calibration, computed anew only if the calibration has changed.
    private func currentPooling(_ input: KeyframeInput) throws -> VoxelPooling {
        let frame = input.frames[0]
        let wanted = FrameCalibration(
            sensorToEgo: frame.sensorToEgo,
            egoToGlobal: frame.egoToGlobal,
            intrinsics: frame.intrinsics,
            augmentation: input.augmentation
        )
        if let pooling, calibration == wanted { return pooling }
        let fresh = try geometry.pooling(wanted)
        calibration = wanted
        pooling = fresh
        return fresh
    }

    private func read(_ tap: TapPoint, _ logits: UnsafeBufferPointer<Float>) -> Tap {
        let values: [Float]
        switch tap.source {
        case .logits: values = Array(logits)
        case .map(let map):
            values = map.planarValues(
                model.program.floats(map, in: arena),
                block: model.engine.blockSize
            )
        case .volume(let map):
            let levels = map.planarValues(model.program.floats(map, in: arena), block: model.engine.blockSize)
            values = (0..<map.channels).flatMap { channel in
                (0..<map.images).flatMap { level in
                    let start = (level * map.channels + channel) * map.pixels
                    return levels[start..<(start + map.pixels)]
                }
            }
        }
        return Tap(name: tap.name, shape: tap.shape, values: values)
    }
}
