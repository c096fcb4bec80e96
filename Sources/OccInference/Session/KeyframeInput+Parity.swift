extension KeyframeInput {
    /// The first frames of a parity file.
    ///
    /// - Throws: `InferenceError` (`badInput`) where there are too few.
    public init(_ inputs: InferenceInputs, frames count: Int) throws {
        guard inputs.frames.count >= count else {
            throw InferenceError(
                .badInput,
                "the input holds \(inputs.frames.count) frames, the network reads \(count)"
            )
        }
        self.init(
            frames: inputs.frames.prefix(count).map {
                FrameInput(
                    imagesRGB: $0.images,
                    sensorToEgo: $0.sensor2ego,
                    egoToGlobal: $0.ego2global,
                    intrinsics: $0.intrinsics
                )
            },
            augmentation: ImageAugmentation(rotation: inputs.postRotation, translation: inputs.postTranslation)
        )
    }
}
