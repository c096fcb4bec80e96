import Datasets
import Foundation
import JobQueue
import Keyframes
import Logging
import OccInference
import RunContract
import Scenes
import Scoring
import Storage
import Testing

@testable import Worker

/// Networks that look back, fed by the real loader with real pictures: each frame once, and the same bytes however a scene was interrupted.
@Suite("Scenes in order")
final class SceneOrderTests {
    private let folder = NSTemporaryDirectory() + "occ-scene-order-\(UUID().uuidString)"
    private let scene: BenchScene
    private var samples: [SampleFrames] { scene.frames.samples }

    init() throws {
        scene = try BenchScene(samples: 6, in: folder + "/dataset", width: 160, height: 90)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Each sample predicted by a predictor that knows nothing.
    private func anew() throws -> [PredictedContent] {
        try samples.indices.map {
            try NetworkPredictor(network: FakeNetwork())
                .predict(scene.frames, sample: $0, datasetRoot: scene.folder).content
        }
    }

    private func path(_ sample: Int, _ camera: Int = 2) -> String {
        scene.folder + "/" + samples[sample].cameras[camera].imagePath
    }

    @Test("Each frame's pictures are read once and pass the image branch once, and earlier ones are not touched again")
    func once() throws {
        let expected = try anew()
        for sample in samples.indices.dropFirst() { #expect(expected[sample] != expected[sample - 1]) }
        let network = try FakeNetwork()
        let predictor = try NetworkPredictor(network: network)
        for sample in samples.indices {
            let found = try predictor.predict(scene.frames, sample: sample, datasetRoot: scene.folder).content
            #expect(found == expected[sample])
            try FileManager.default.removeItem(atPath: path(sample))
        }
        #expect(network.imageBranchRuns == samples.map(\.token))
    }

    @Test("A scene that is taken up anywhere, with any memory, gives the same bytes", arguments: [1, 2, 3, 5])
    func takenOver(first: Int) throws {
        let expected = try anew()
        let network = try FakeNetwork()
        let predictor = try NetworkPredictor(network: network)
        // The slot holds the beginning of the scene, of the same or of another claim.
        for sample in 0..<first {
            _ = try predictor.predict(scene.frames, sample: sample, datasetRoot: scene.folder)
        }
        for start in [first, 0, samples.count - 1] {
            for isNewScene in [true, false] {
                if isNewScene { predictor.startScene() }
                for sample in start..<samples.count {
                    let found = try predictor.predict(scene.frames, sample: sample, datasetRoot: scene.folder).content
                    #expect(found == expected[sample], "sample \(sample) from \(start)")
                }
            }
        }
    }

    @Test("Frames of another scene with the same tokens are forgotten")
    func anotherScene() throws {
        let predictor = try NetworkPredictor(network: FakeNetwork())
        _ = try predictor.predict(scene.frames, sample: 0, datasetRoot: scene.folder)
        // The same names, other pictures.
        for camera in 0..<6 {
            try FileManager.default.removeItem(atPath: path(0, camera))
            try FileManager.default.copyItem(atPath: path(5, camera), toPath: path(0, camera))
        }
        let expected = try anew()
        predictor.startScene()
        for sample in 0..<3 {
            let found = try predictor.predict(scene.frames, sample: sample, datasetRoot: scene.folder).content
            #expect(found == expected[sample])
        }
    }

    @Test("A damaged picture of an earlier frame is named, with the sample that needs it")
    func damaged() throws {
        try Data("no picture".utf8).write(to: URL(fileURLWithPath: path(1)))
        let predictor = try NetworkPredictor(network: FakeNetwork())
        let error = #expect(throws: ScenePredictionError.self) {
            _ = try predictor.predict(scene.frames, sample: 3, datasetRoot: scene.folder)
        }
        let text = try #require(error?.description)
        #expect(text.contains("sample-1 (an earlier frame of sample sample-3)") && text.contains(path(1)), "\(text)")
        #expect(text.contains("CAM_FRONT_RIGHT") && error?.isRetryable == false)

        try FileManager.default.removeItem(atPath: path(1))
        let missing = #expect(throws: ScenePredictionError.self) {
            _ = try predictor.predict(scene.frames, sample: 2, datasetRoot: scene.folder)
        }
        #expect(missing?.isRetryable == true && missing?.description.contains(path(1)) == true)
        #expect(missing?.description.contains("sample-1 (an earlier frame of sample sample-2)") == true)
    }

    @Test("A keyframe that failed leaves no memory behind")
    func failed() throws {
        let expected = try anew()
        let network = try FakeNetwork()
        let predictor = try NetworkPredictor(network: network)
        for sample in samples.indices {
            network.failuresToCome = 1
            #expect(throws: ScenePredictionError.self) {
                _ = try predictor.predict(scene.frames, sample: sample, datasetRoot: scene.folder)
            }
            let found = try predictor.predict(scene.frames, sample: sample, datasetRoot: scene.folder).content
            #expect(found == expected[sample])
        }
    }

    /// A scene of small pictures of which one sample has larger ones, in files and tables.
    private func changingSize() throws -> SceneFrames {
        let other = try BenchScene(samples: 6, in: folder + "/other", width: 320, height: 180)
        var frames = scene.frames
        for camera in 0..<6 {
            try FileManager.default.removeItem(atPath: path(3, camera))
            try FileManager.default.copyItem(
                atPath: other.folder + "/" + other.frames.samples[3].cameras[camera].imagePath,
                toPath: path(3, camera)
            )
            (frames.samples[3].cameras[camera].width, frames.samples[3].cameras[camera].height) = (320, 180)
        }
        return frames
    }

    @Test("Pictures that change their size within a scene are an error, whether the earlier ones are remembered or not")
    func sizes() throws {
        let frames = try changingSize()
        let predictor = try NetworkPredictor(network: FakeNetwork())
        for forgets in [true, false] {
            _ = try predictor.predict(frames, sample: 2, datasetRoot: scene.folder)
            if forgets { predictor.startScene() }
            let error = #expect(throws: ScenePredictionError.self) {
                _ = try predictor.predict(frames, sample: 3, datasetRoot: scene.folder)
            }
            #expect(
                error?.description.contains("differ in size (320x180, 160x90)") == true,
                "\(String(describing: error))"
            )
        }
        // A network that does not look back does not mind.
        let single = try NetworkPredictor(network: FakeNetwork(frames: 1))
        for sample in samples.indices {
            _ = try single.predict(frames, sample: sample, datasetRoot: scene.folder)
        }
    }

    @Test("A picture that is not of the size of its table is an error that names both, the file and the way out")
    func otherSizeThanTheTable() throws {
        _ = try changingSize()
        let predictor = try NetworkPredictor(network: FakeNetwork(frames: 1))
        _ = try predictor.predict(scene.frames, sample: 2, datasetRoot: scene.folder)
        let error = #expect(throws: ScenePredictionError.self) {
            _ = try predictor.predict(scene.frames, sample: 3, datasetRoot: scene.folder)
        }
        let text = try #require(error?.description)
        for part in ["320 x 180", "160 x 90", path(3, 0), "CAM_FRONT_LEFT", "--rescale-intrinsics", "sample-3"] {
            #expect(text.contains(part), "\(part): \(text)")
        }
        #expect(error?.isRetryable == false && error?.isHostFault == false)
    }

    @Test("With rescaled intrinsics, pictures that were resized are seen as if their tables had been written for them")
    func rescaled() throws {
        // Tables and intrinsics for twice the size, pictures of the scene.
        let large = try BenchScene(samples: 6, in: folder + "/large", width: 320, height: 180)
        for frames in [1, 3] {
            let expected = try NetworkPredictor(network: FakeNetwork(frames: frames))
            let rescaling = try NetworkPredictor(network: FakeNetwork(frames: frames), rescalesIntrinsics: true)
            let whole = try NetworkPredictor(network: FakeNetwork(frames: frames), rescalesIntrinsics: true)
            for sample in 0..<3 {
                let wanted = try expected.predict(scene.frames, sample: sample, datasetRoot: scene.folder).content
                let found = try rescaling.predict(large.frames, sample: sample, datasetRoot: scene.folder).content
                #expect(found == wanted, "sample \(sample)")
                // Where sizes agree, nothing is changed.
                let same = try whole.predict(scene.frames, sample: sample, datasetRoot: scene.folder).content
                #expect(same == wanted)
            }
        }
    }

    @Test("Cameras of different sizes in one sample are each resized by themselves")
    func camerasOfDifferentSizes() throws {
        let large = try BenchScene(samples: 6, in: folder + "/large", width: 320, height: 180)
        var frames = scene.frames
        for sample in samples.indices {
            try FileManager.default.removeItem(atPath: path(sample, 4))
            try FileManager.default.copyItem(
                atPath: large.folder + "/" + large.frames.samples[sample].cameras[4].imagePath,
                toPath: path(sample, 4)
            )
            frames.samples[sample].cameras[4] = large.frames.samples[sample].cameras[4]
        }
        let network = try FakeNetwork()
        let predictor = try NetworkPredictor(network: network)
        for sample in samples.indices {
            _ = try predictor.predict(frames, sample: sample, datasetRoot: scene.folder)
        }
        let scales = network.lastAugmentations.map { $0.rotation[0] }
        #expect(scales == [0.4, 0.4, 0.4, 0.4, 0.2, 0.4])
    }

    // MARK: - Through the work on a scene

    private func perform(_ work: PredictionWork, lease: Int64, stopAt: Int? = nil) throws -> SceneWorkReport {
        let flag = StopFlag()
        let output = folder + "/out"
        try RunDirectory(output: output, run: "run").create()
        let settings = RunSettings(
            datasetRoot: scene.folder,
            datasetVersion: "v",
            split: "all",
            modelConfiguration: "m",
            modelDigest: String(repeating: "0", count: 64),
            modelPath: "/none",
            precision: .fp32,
            outputDirectory: output
        )
        let claimed = ClaimedScene(
            sceneID: 1,
            lease: lease,
            runID: 1,
            runName: "run",
            runSettings: try settings.encoded(),
            kind: settings.kind,
            formatVersion: 1,
            sceneName: "scene",
            sampleCount: samples.count,
            payload: try ScenePayload.encode(scene.frames),
            attempt: 1,
            earlierLeases: Array((1..<max(1, lease)).reversed())
        )
        return work.perform(claimed, slot: 0, flag: flag) { count in
            if count == stopAt { flag.raise(to: .stopAfterSample) }
        }
    }

    private func work(_ network: FakeNetwork) -> PredictionWork {
        let box = UncheckedBox(network)
        return PredictionWork(slotCount: 1, mounts: .init(), logger: Logger(label: "test")) { _, _ in
            try NetworkPredictor(network: box.network)
        }
    }

    private struct UncheckedBox: @unchecked Sendable {
        // Guard: the test works on one scene at a time, on its own thread.
        let network: FakeNetwork
        init(_ network: FakeNetwork) { self.network = network }
    }

    @Test("A scene given back in the middle and taken up by another slot is stored as an undisturbed one")
    func givenBack() throws {
        let expected = try anew()
        let first = try perform(work(FakeNetwork()), lease: 1, stopAt: 3)
        #expect(first.outcome == .stopped && first.samples == 3)
        let network = try FakeNetwork()
        let report = try perform(work(network), lease: 2)
        #expect(report.result?.computedSampleCount == 3)
        let result = try #require(report.result)
        let reader = try SceneFileReader(path: folder + "/out/runs/run/" + result.fileName)
        // Labels stand at the end of a sample's array file.
        let stored = try reader.entries.map { Array(try reader.sample($0).content.suffix(200 * 200 * 16)) }
        #expect(stored.map { PredictedContent.occupancy($0, shape: [200, 200, 16]) } == expected)
        // Two frames before the first one that was missing, then each once.
        #expect(network.imageBranchRuns == [1, 2, 3, 4, 5].map { "sample-\($0)" })
    }

    // MARK: - Bench

    @Test("The benchmark counts the keyframes that it was asked for, and both ways predict the same")
    func bench() throws {
        let bench = Bench(frameCount: 3) { try NetworkPredictor(network: FakeNetwork()) }
        #expect(bench.sampleCount(keyframes: 3) == samples.count)
        let result = try bench.measure(scene.frames, root: scene.folder, keyframes: 3)
        #expect(result.ratio != nil && result.inOrder.totalSeconds > 0 && result.inOrder.stages.count == 8)
        let single = Bench(frameCount: 1) { try NetworkPredictor(network: FakeNetwork(frames: 1)) }
        #expect(try single.measure(scene.frames, root: scene.folder, keyframes: 5).ratio == nil)
    }

    @Test("The benchmark refuses a network whose memory gives other bytes")
    func benchOfAMistake() throws {
        let bench = Bench(frameCount: 3) {
            let network = try FakeNetwork()
            network.remembersBadly = true
            return try NetworkPredictor(network: network)
        }
        #expect(throws: Bench.Difference.self) {
            _ = try bench.measure(scene.frames, root: scene.folder, keyframes: 3)
        }
    }
}
