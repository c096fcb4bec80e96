internal import TensorRuntime

extension Network {
    /// Appends the whole network to a program.
    ///
    /// - Throws: `InferenceError` or `TensorRuntimeError` where its parts do not fit together.
    func emit(to program: ProgramBuilder) throws {
        switch view {
        case .oneFrame(let transformer):
            try program.segment(.keyframe) {
                let features = try emitImages(to: program, stereo: nil)
                try emitEnd(
                    try program.stage(.viewTransform) { try transformer.emit(features, to: program) },
                    to: program
                )
            }
        case .stereo(let transformer, let preProcess):
            let bev = try emitFrames(transformer, preProcess, to: program)
            try program.segment(.keyframe) { try emitEnd(bev, to: program) }
        }
    }

    /// Appends what follows the BEV features.
    private func emitEnd(_ bev: Tensor, to program: ProgramBuilder) throws {
        let encoded = try program.stage(.bevEncoder) {
            try bevNeck.emit(try bevBackbone.emit(bev, to: program), to: program)
        }
        guard encoded.height == bev.height, encoded.width == bev.width else {
            throw misfit("BEV features of \(encoded.height) x \(encoded.width)")
        }
        try program.stage(.head) { try head.emit(encoded, to: program) }
    }

    /// Appends backbone and neck.
    private func emitImages(to program: ProgramBuilder, stereo: Tensor?) throws -> Tensor {
        let images = emitNormalised(to: program)
        let features = try program.stage(.backbone) { try backbone.emit(images, to: program, stereo: stereo) }
        let merged = try program.stage(.neck) { try neck.emit(features, to: program) }
        guard merged.height * configuration.downsample == configuration.inputHeight,
            merged.width * configuration.downsample == configuration.inputWidth
        else { throw misfit("image features of \(merged.height) x \(merged.width)") }
        return merged
    }

    private func emitNormalised(to program: ProgramBuilder) -> Tensor {
        program.stage(.preprocessing) {
            program.normalise(
                FrameInput.pictures,
                table: ImageNormalization.table,
                images: configuration.cameras,
                height: configuration.inputHeight,
                width: configuration.inputWidth
            )
        }
    }

    /// Appends everything that is done for frames; the result holds their BEV features side by side, the oldest first.
    ///
    /// An image branch is appended for every slot: they share their weights, and the memory of all but their results.
    private func emitFrames(
        _ transformer: StereoViewTransformer,
        _ preProcess: any PreProcessNetwork,
        to program: ProgramBuilder
    ) throws -> Tensor {
        let roles = configuration.frames - 1
        let slots = transformer.makeSlots(roles, channels: backbone.stereoChannels, in: program)
        try program.segment(.reference) {
            let images = emitNormalised(to: program)
            try program.stage(.backbone) {
                try backbone.emitFirstStage(images, to: program, stereo: slots.reference)
            }
        }
        program.segment(.keepReference) {
            program.stage(.backbone) { program.append(KeepReferenceOperation(slots: slots)) }
        }
        for slot in 0..<roles {
            try program.segment(.image(slot: slot)) {
                let features = try emitImages(to: program, stereo: slots.stereo[slot])
                try program.stage(.viewTransform) {
                    try transformer.emitImage(features, to: program, slots: slots, slot: slot)
                }
            }
        }

        let channels = transformer.outChannels
        let joined = program.map(
            images: configuration.gridZ.cells,
            height: configuration.gridY.cells,
            width: configuration.gridX.cells,
            channels: roles * channels
        )
        for role in (0..<roles).reversed() {
            try program.segment(.pair(role: role)) {
                try program.stage(.viewTransform) { try transformer.emitPair(to: program, slots: slots) }
            }
            try program.segment(.depth(role: role)) {
                try program.stage(.viewTransform) { try transformer.emitDepth(to: program, slots: slots) }
            }
            try program.segment(.bev(role: role)) {
                let bev = program.stage(.viewTransform) { transformer.emitBEV(to: program, slots: slots) }
                guard preProcess.inChannels == channels else { throw misfit("BEV features of \(channels) channels") }
                try program.stage(.bevEncoder) {
                    try preProcess.emit(
                        bev,
                        to: program,
                        output: joined.slice((roles - 1 - role) * channels, channels)
                    )
                }
            }
        }
        return joined
    }

    private func misfit(_ what: String) -> InferenceError {
        InferenceError(
            .badConfiguration,
            "configuration '\(configuration.name)' gives \(what), which do not fit its grid; import the model again"
        )
    }
}

extension TapPoint {
    /// Its name when the module is called for the `call`-th time: `img_neck.0`, then `img_neck.0#1`.
    func name(call: Int) -> String { call == 0 ? name : "\(name)#\(call)" }

    /// The names of all taps of a program that reads so many frames; the published code runs the oldest frame first.
    static func names(of taps: [TapPoint], frames: Int) -> [String] {
        let roles = frames - 1
        let ofFrames = (0..<max(roles, 0)).flatMap { call in
            let role = roles - 1 - call
            let segments: [FrameSegment] = [.image(slot: 0), .pair(role: role), .depth(role: role), .bev(role: role)]
            let labels = Set(segments.map(\.label))
            return taps.filter { labels.contains($0.segment) }.map { $0.name(call: call) }
        }
        return ofFrames + taps.filter { $0.segment == FrameSegment.keyframe.label }.map(\.name)
    }
}
