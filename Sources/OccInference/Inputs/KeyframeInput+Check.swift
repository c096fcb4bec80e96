extension KeyframeInput {
    /// Throws where the arrays do not have the sizes that a configuration asks for, or hold numbers that are not finite.
    func check(_ configuration: NetworkConfiguration) throws {
        guard frames.count == configuration.frames else {
            throw InferenceError(
                .badInput,
                "the input has \(frames.count) frames; network '\(configuration.name)' reads \(configuration.frames)"
            )
        }
        let cameras = configuration.cameras
        let pixelBytes = cameras * configuration.inputHeight * configuration.inputWidth * 3
        for (index, frame) in frames.enumerated() {
            let counts = [
                ("images", frame.imagesRGB.count, pixelBytes), ("sensor2ego", frame.sensorToEgo.count, cameras * 16),
                ("ego2global", frame.egoToGlobal.count, cameras * 16),
                ("intrinsics", frame.intrinsics.count, cameras * 9),
            ]
            let features = pixelBytes / (3 * configuration.downsample * configuration.downsample)
            guard frame.ignoredFeatures.isEmpty || frame.ignoredFeatures.count == features else {
                throw InferenceError(
                    .badInput,
                    "frame \(index) of the input says of \(frame.ignoredFeatures.count) features whether they are left out;"
                        + " there are \(features)"
                )
            }
            // Whether a frame without images is remembered is known when its steps are planned.
            let mayLackImages = configuration.frames > 1 && !frame.key.isEmpty && frame.imagesRGB.isEmpty
            if let wrong = counts.dropFirst(mayLackImages ? 1 : 0).first(where: { $0.1 != $0.2 }) {
                throw InferenceError(
                    .badInput,
                    "frame \(index) of the input has \(wrong.1) values of \(wrong.0) instead of \(wrong.2)"
                )
            }
            for (name, values) in [
                ("sensor2ego", frame.sensorToEgo), ("ego2global", frame.egoToGlobal), ("intrinsics", frame.intrinsics),
            ] where !values.allSatisfy(\.isFinite) {
                throw InferenceError(.badInput, "frame \(index) of the input has a \(name) that is not finite")
            }
        }
        guard augmentations.count == 1 || augmentations.count == cameras else {
            throw InferenceError(
                .badInput,
                "the input has post_rot and post_tran of \(augmentations.count) cameras instead of \(cameras)"
            )
        }
        let areUsable = augmentations.allSatisfy {
            $0.rotation.count == 9 && $0.translation.count == 3
                && ($0.rotation + $0.translation).allSatisfy(\.isFinite)
        }
        guard areUsable else {
            throw InferenceError(
                .badInput,
                "the input's post_rot and post_tran must hold 9 and 3 finite values"
            )
        }
    }
}
