import FormulaInputs
import Testing

@testable import OccInference

/// Sequences of frames through a small network of the published kind: the same layers on small images and a small grid.
@Suite(.serialized) struct SceneOrderTests {
    /// Formula weights whose boxes lie on the grid: features of several frames are larger than those of one, and offsets with them.
    private struct CalmWeights: WeightSource {
        private let formula = FormulaWeightSource(seed: 20_261_123)
        var label: String { formula.label }
        var inventory: [String: [Int]]? { nil }

        func values(of tensor: TensorSpec) throws -> [Float] {
            let values = try formula.values(of: tensor)
            return tensor.kind == .detectionOutput ? values.map { $0 / 12 } : values
        }
    }

    private static func small(_ name: String) throws -> PreparedModel {
        var network = try ModelCatalogue.configuration(named: name)
        network.cameras = 2
        network.inputHeight = 64
        network.inputWidth = 96
        let range = network.gridX.upper
        network.gridX = GridAxis(-range, range, range / 16)
        network.gridY = GridAxis(-range, range, range / 16)
        let bytes = try ModelImporter.pack(network, weights: CalmWeights())
        return try PreparedModel(ModelPackage(bytes: bytes, source: name))
    }

    /// A frame of a car that moves and turns, whose cameras fire one after the other unless it stands.
    private static func frame(_ number: Int, stands: Bool = false) -> FrameInput {
        let inputs = InferenceInputs.synthetic(frameCount: 1)
        var pixels = [UInt8](repeating: 0, count: 2 * 64 * 96 * 3)
        var bits = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ 99
        for index in pixels.indices {
            if index % 21 == 0 { bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407 }
            pixels[index] = UInt8(truncatingIfNeeded: bits >> UInt64(33 + index % 21))
        }
        let yaw = stands ? 0.3 : 0.02 * Double(number)
        var poses: [Float] = []
        for camera in 0..<2 {
            let east = stands ? 10 : 2 * Double(number) + 0.05 * Double(camera)
            // A turn by a small angle, to second order: the rows need not be quite orthogonal here.
            poses += [
                1 - yaw * yaw / 2, -yaw, 0, 100 + east, yaw, 1 - yaw * yaw / 2, 0, 50, 0, 0, 1, 0, 0, 0, 0, 1,
            ].map { Float($0) }
        }
        return FrameInput(
            key: "frame \(number)",
            imagesRGB: pixels,
            sensorToEgo: Array(inputs.frames[0].sensor2ego.prefix(32)),
            egoToGlobal: poses,
            intrinsics: Array(inputs.frames[0].intrinsics.prefix(18))
        )
    }

    /// The frames that the published loader takes for a keyframe of a scene.
    private static func input(_ keyframe: Int, of scene: [FrameInput]) -> KeyframeInput {
        let places = [keyframe, keyframe - 1, keyframe - 2].map { $0 < 0 ? keyframe : $0 }
        return KeyframeInput(
            frames: places.map { scene[$0] },
            augmentation: ImageAugmentation(rotation: [0.44, 0, 0, 0, 0.44, 0, 0, 0, 1], translation: [0, -140, 0])
        )
    }

    private static func bits(_ prediction: Prediction) -> [UInt32] {
        switch prediction {
        case .occupancy(let labels): labels.map { UInt32($0) }
        case .detections(let detections):
            (detections.decoded + detections.boxes).flatMap { box in
                (box.row + [box.score, Float(box.label)]).map(\.bitPattern)
            }
        }
    }

    @Test(arguments: ["bevdet-r50-4d-stereo-cbgs_BDC-T", "flashocc-r50-4d-stereo_BDC-B"])
    func rememberedFramesGiveTheSameBits(_ name: String) throws {
        let model = try Self.small(name)
        // Three frames of a car that moves, then three of one that stands, so that depths are remembered too.
        let scene = (0..<6).map { Self.frame($0, stands: $0 > 2) }
        let session = try model.makeSession()
        let forgetful = try model.makeSession()
        var results: [[UInt32]] = []
        for keyframe in scene.indices {
            let input = Self.input(keyframe, of: scene)
            var remembering = input
            var seen: Set<String> = []
            for (index, frame) in input.frames.enumerated() {
                let isKnown = session.remembers(frame.key) || seen.contains(frame.key)
                #expect(isKnown == (index > 0), "frame \(index) of keyframe \(keyframe)")
                if isKnown { remembering.frames[index].imagesRGB = [] }
                seen.insert(frame.key)
            }
            let result = Self.bits(try session.predict(remembering))
            forgetful.forget()
            #expect(result == Self.bits(try forgetful.predict(input)), "keyframe \(keyframe)")
            var unnamed = input
            for index in unnamed.frames.indices { unnamed.frames[index].key = "" }
            #expect(result == Self.bits(try forgetful.predict(unnamed)), "keyframe \(keyframe)")
            #expect(!result.isEmpty && !results.contains(result))
            results.append(result)
        }
        // Back to an earlier keyframe, out of order: what is still remembered does no harm.
        #expect(results[2] == Self.bits(try session.predict(Self.input(2, of: scene))))
        #expect(results[3] == Self.bits(try session.predict(Self.input(3, of: scene))))
    }

    @Test func framesWithoutImagesMustBeRemembered() throws {
        let model = try Self.small("flashocc-r50-4d-stereo_BDC-B")
        let scene = (0..<3).map { Self.frame($0) }
        let session = try model.makeSession()
        _ = try session.predict(Self.input(1, of: scene))
        var input = Self.input(2, of: scene)
        for index in 1..<3 { input.frames[index].imagesRGB = [] }
        let result = try session.predict(input)
        // Nothing is kept while modules are tapped, so their images are needed.
        let error = #expect(throws: InferenceError.self) { try session.predict(input, taps: ["img_neck.0#1"]) }
        #expect(error?.kind == .badInput && error?.detail.contains("frame 1") == true)
        var shapes: [String: [Int]] = [:]
        let tapped = try session.predict(Self.input(2, of: scene), taps: ["img_neck.0", "img_neck.0#1"]) {
            shapes[$0.name] = $0.shape
        }
        #expect(shapes == ["img_neck.0": [2, 256, 4, 6], "img_neck.0#1": [2, 256, 4, 6]])
        #expect(tapped == result)
        #expect(!session.remembers("frame 2"))
        #expect(throws: InferenceError.self) { try session.predict(input) }
    }

    /// A slot's memory holds the remembered frames' maps besides what a frame needs.
    @Test func memoryOfFramesIsPlanned() throws {
        let model = try Self.small("flashocc-r50-4d-stereo_BDC-B")
        #expect(model.rememberedByteCount > 2 * 2 * 16 * 24 * 256 * 4)
        #expect(model.sessionByteCount > model.rememberedByteCount)
        #expect(try TestModels.prepared("flashocc-r50_BDC-T").rememberedByteCount == 0)
    }
}
