extension Network {
    /// Appends the whole network to a program.
    func emit(to program: ProgramBuilder) throws {
        let bev =
            switch view {
            case .oneFrame(let transformer):
                try transformer.emit(try emitImages(to: program, stereo: nil), to: program)
            case .stereo(let transformer, let preProcess):
                try emitFrames(transformer, preProcess, to: program)
            }
        program.segment = .keyframe
        program.stage = .bevEncoder
        let encoded = try bevNeck.emit(try bevBackbone.emit(bev, to: program), to: program)
        guard encoded.height == bev.height, encoded.width == bev.width else {
            throw misfit("BEV features of \(encoded.height) x \(encoded.width)")
        }
        program.stage = .head
        try head.emit(encoded, to: program)
    }

    /// Appends backbone and neck; the steps that follow belong to the view transformation.
    private func emitImages(to program: ProgramBuilder, stereo: FeatureMap?) throws -> FeatureMap {
        let images = try emitNormalised(to: program)
        program.stage = .backbone
        let features = try backbone.emit(images, to: program, stereo: stereo)
        program.stage = .neck
        let merged = try neck.emit(features, to: program)
        program.stage = .viewTransform
        guard merged.height * configuration.downsample == configuration.inputHeight,
            merged.width * configuration.downsample == configuration.inputWidth
        else { throw misfit("image features of \(merged.height) x \(merged.width)") }
        return merged
    }

    private func emitNormalised(to program: ProgramBuilder) throws -> FeatureMap {
        program.stage = .preprocessing
        let images = program.map(
            images: configuration.cameras,
            height: configuration.inputHeight,
            width: configuration.inputWidth,
            channels: 3,
            layout: .planar
        )
        try program.append { _ in NormaliseOperation(output: images) }
        return images
    }

    /// Appends everything that is done for frames; the result holds their BEV features side by side, the oldest first.
    ///
    /// An image branch is appended for every slot: they share their weights, and the memory of all but their results.
    private func emitFrames(
        _ transformer: StereoViewTransformer,
        _ preProcess: any PreProcessNetwork,
        to program: ProgramBuilder
    ) throws -> FeatureMap {
        let roles = configuration.frames - 1
        let slots = transformer.makeSlots(roles, channels: backbone.stereoChannels, in: program)
        program.segment = .reference
        let images = try emitNormalised(to: program)
        program.stage = .backbone
        try backbone.emitFirstStage(images, to: program, stereo: slots.reference)
        program.segment = .keepReference
        try program.append { _ in KeepReferenceOperation(slots: slots) }
        for slot in 0..<roles {
            program.segment = .image(slot: slot)
            let features = try emitImages(to: program, stereo: slots.stereo[slot])
            try transformer.emitImage(features, to: program, slots: slots, slot: slot)
        }

        let channels = transformer.outChannels
        let joined = program.map(
            images: configuration.gridZ.cells,
            height: configuration.gridY.cells,
            width: configuration.gridX.cells,
            channels: roles * channels
        )
        for role in (0..<roles).reversed() {
            program.stage = .viewTransform
            program.segment = .pair(role: role)
            try transformer.emitPair(to: program, slots: slots)
            program.segment = .depth(role: role)
            try transformer.emitDepth(to: program, slots: slots)
            program.segment = .bev(role: role)
            let bev = try transformer.emitBEV(to: program, slots: slots)
            guard preProcess.inChannels == channels else { throw misfit("BEV features of \(channels) channels") }
            program.stage = .bevEncoder
            try preProcess.emit(bev, to: program, output: joined.slice((roles - 1 - role) * channels, channels))
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
