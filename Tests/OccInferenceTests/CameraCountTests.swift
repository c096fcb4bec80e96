import Testing

@testable import OccInference

/// Rigs of fewer and more cameras than a network was made for.
@Suite(.serialized) struct CameraCountTests {
    /// The cameras at `places` of an input.
    private static func choose(_ places: [Int], of input: KeyframeInput) -> KeyframeInput {
        func part<Element>(_ values: [Element], _ count: Int) -> [Element] {
            let size = values.count / count
            return places.flatMap { values[($0 * size)..<(($0 + 1) * size)] }
        }
        var chosen = input
        chosen.frames = input.frames.map { frame in
            let count = frame.intrinsics.count / 9
            return FrameInput(
                key: frame.key,
                imagesRGB: part(frame.imagesRGB, count),
                sensorToEgo: part(frame.sensorToEgo, count),
                egoToGlobal: part(frame.egoToGlobal, count),
                intrinsics: part(frame.intrinsics, count),
                ignoredFeatures: part(frame.ignoredFeatures, count)
            )
        }
        if input.augmentations.count > 1 { chosen.augmentations = places.map { input.augmentations[$0] } }
        return chosen
    }

    /// Cameras that are not there count as cameras whose features are all left out. (Box maps may differ in a last bit: oneDNN chooses its
    /// way of a convolution by the number of pictures.)
    @Test(arguments: ["flashocc-r50-4d-stereo_BDC-T", "occ-small_BDC-T"])
    func missingCamerasAreLeftOut(_ name: String) throws {
        let goldens = try SmallGoldens.read()
        let configuration = try goldens.small(ModelCatalogue.configuration(named: name))
        let package = try ModelPackage(
            bytes: ModelImporter.pack(configuration, weights: FormulaWeightSource(seed: goldens.seed)),
            source: name
        )
        let whole = goldens.input(seed: 1, frames: configuration.frames)
        let features =
            configuration.inputHeight / configuration.downsample * (configuration.inputWidth / configuration.downsample)
        let count = configuration.cameras
        try #require(count == 2)
        let both = try PreparedModel(package).makeSession()
        let everything = try both.predict(whole)

        var masked = whole
        for frame in masked.frames.indices {
            masked.frames[frame].ignoredFeatures =
                [UInt8](repeating: 0, count: features) + [UInt8](repeating: 1, count: features)
        }
        both.forget()
        let withoutSecond = try both.predict(masked)
        #expect(withoutSecond != everything)

        let one = try PreparedModel(package, cameras: 1)
        #expect(one.configuration.cameras == 1 && one.package.configuration.cameras == count)
        #expect(try one.makeSession().predict(Self.choose([0], of: whole)) == withoutSecond)

        let four = try PreparedModel(package, cameras: 4).makeSession()
        #expect(try four.predict(Self.choose([0, 1, 1, 1], of: masked)) == withoutSecond)

        // All of them left out is an empty world, not a fault.
        for frame in masked.frames.indices {
            masked.frames[frame].ignoredFeatures = [UInt8](repeating: 1, count: count * features)
        }
        both.forget()
        #expect(try both.predict(masked) != everything)

        masked.frames[0].ignoredFeatures.removeLast()
        #expect(throws: InferenceError.self) { try both.predict(masked) }
        #expect(throws: InferenceError.self) { try PreparedModel(package, cameras: 33) }
        #expect(throws: InferenceError.self) { try PreparedModel(package, cameras: 0) }
    }
}
