extension KeyframeInput {
    /// The first frames of a parity file.
    ///
    /// A file with fewer frames than are read is the beginning of a scene: the keyframe itself stands for each frame that is not
    /// there, as in the published loader. The frames have no names, so each is computed by itself.
    ///
    /// - Throws: `InferenceError` (`badInput`) where there is no frame at all.
    public init(_ inputs: InferenceInputs, frames count: Int) throws {
        guard !inputs.frames.isEmpty else { throw InferenceError(.badInput, "the input holds no frame") }
        let frames = (0..<count).map { inputs.frames[$0 < inputs.frames.count ? $0 : 0] }
        self.init(
            frames: frames.map {
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
