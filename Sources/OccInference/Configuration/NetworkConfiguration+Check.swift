extension NetworkConfiguration {
    /// The most cameras that a rig may have.
    public static let mostCameras = 32

    /// Throws where a number is outside what any network of this project could mean, before anything is allocated for it.
    func checkBounds() throws {
        func check(_ value: Int, _ range: ClosedRange<Int>, _ what: String) throws {
            guard range.contains(value) else {
                throw InferenceError(
                    .badConfiguration,
                    "configuration '\(name)' has \(what) \(value), outside \(range); import the model again"
                )
            }
        }
        try check(cameras, 1...Self.mostCameras, "cameras")
        try check(frames, 1...16, "frames")
        try check(inputHeight, 32...4096, "input height")
        try check(inputWidth, 32...4096, "input width")
        try check(downsample, 1...64, "downsample")
        for (axis, what) in [(gridX, "grid x"), (gridY, "grid y"), (gridZ, "grid z"), (gridDepth, "depth bins")] {
            guard axis.interval > 0, axis.lower.isFinite, axis.upper.isFinite, axis.upper > axis.lower,
                (axis.upper - axis.lower) / axis.interval < 4096
            else {
                throw InferenceError(.badConfiguration, "configuration '\(name)' has an impossible \(what)")
            }
            try check(axis.cells, 1...4095, what)
        }
        try check(gridX.cells * gridY.cells * gridZ.cells, 1...(1 << 26), "grid cells")
        for module in [imageBackbone, imageNeck, viewTransformer, bevBackbone, bevNeck, head] {
            guard !module.inChannels.isEmpty, !module.outChannels.isEmpty else {
                throw InferenceError(.badConfiguration, "configuration '\(name)': '\(module.type)' lacks channels")
            }
            for channels in module.inChannels + module.outChannels { try check(channels, 1...16384, "channels") }
        }
        guard bevNeck.inChannels.count >= 2, head.outChannels.count == (detection == nil ? 3 : 1) else {
            throw InferenceError(.badConfiguration, "configuration '\(name)': the BEV neck or the head lacks channels")
        }
        try detection?.checkBounds(name)
        guard let stereo else { return try check(frames, 1...1, "frames without a stereo configuration") }
        try check(frames, 3...8, "frames with a stereo configuration")
        try check(stereo.asppChannels, 16...4096, "channels of the dilated convolutions")
        for channels in stereo.preProcess.inChannels + stereo.preProcess.outChannels {
            try check(channels, 1...16384, "channels")
        }
        guard stereo.asppChannels % 16 == 0, stereo.costBias.isFinite, !stereo.preProcess.inChannels.isEmpty,
            (1...16).contains(stereo.preProcess.outChannels.count), viewTransformer.inChannels[0] % 16 == 0,
            viewTransformer.outChannels[0] % 16 == 0
        else {
            throw InferenceError(.badConfiguration, "configuration '\(name)' has impossible stereo channels")
        }
    }
}
