import Datasets
import Evaluation
import Foundation
import JobQueue
import Keyframes
import LZ4Frames
import Logging
import Monitoring
import RunContract
import Scenes
import Scoring
import Storage
import Synchronization
import SystemSupport
import Testing

@testable import Worker

/// The work on a scene with a predictor that takes no time: files, adoption, stops, faults.
@Suite("Work on a scene")
struct PredictionWorkTests {
    /// Labels that tell the sample and nothing else.
    private final class FakePredictor: SamplePredictor {
        let beforeSample: @Sendable (Int) throws -> Void

        init(beforeSample: @escaping @Sendable (Int) throws -> Void) { self.beforeSample = beforeSample }

        func startScene() {}

        func predict(_ scene: SceneFrames, sample index: Int, datasetRoot: String) throws -> PredictedSample {
            try beforeSample(index)
            return PredictedSample(
                content: .occupancy([UInt8](repeating: UInt8(index), count: 8), shape: [2, 2, 2]),
                seconds: 0
            )
        }
    }

    private let folder = NSTemporaryDirectory() + "occ-work-\(UUID().uuidString)"

    private func claimed(lease: Int64, samples: Int = 4, makesFolder: Bool = true, earlierLeases: [Int64]? = nil)
        throws -> ClaimedScene
    {
        // As submission does.
        if makesFolder { try RunDirectory(output: folder, run: "run").create() }
        let settings = RunSettings(
            datasetRoot: "/none",
            datasetVersion: "v",
            split: "all",
            modelConfiguration: "m",
            modelDigest: String(repeating: "0", count: 64),
            modelPath: "/none",
            precision: .fp32,
            outputDirectory: folder
        )
        let frames = SceneFrames(
            name: "scene",
            token: "t",
            samples: (0..<samples).map { SampleFrames(token: "sample-\($0)", timestamp_us: Int64($0), cameras: []) }
        )
        return ClaimedScene(
            sceneID: 1,
            lease: lease,
            runID: 1,
            runName: "run",
            runSettings: try settings.encoded(),
            kind: settings.kind,
            formatVersion: 1,
            sceneName: "scene",
            sampleCount: samples,
            payload: try ScenePayload.encode(frames),
            attempt: 1,
            earlierLeases: earlierLeases ?? (1..<max(1, lease)).reversed()
        )
    }

    private func work(
        meters: WorkerMeters = WorkerMeters(),
        beforeSample: @escaping @Sendable (Int) throws -> Void = { _ in }
    ) -> PredictionWork {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return PredictionWork(slotCount: 1, mounts: .init(), meters: meters, logger: logger) { _, _ in
            FakePredictor(beforeSample: beforeSample)
        }
    }

    private func perform(_ work: PredictionWork, lease: Int64, flag: StopFlag = StopFlag()) throws -> SceneWorkReport {
        work.perform(try claimed(lease: lease), slot: 0, flag: flag) { _ in }
    }

    @Test("A scene's samples come out as they went in, and the result names the file")
    func whole() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let report = try perform(work(), lease: 1)
        let result = try #require(report.result)
        #expect(result.sampleCount == 4 && result.computedSampleCount == 4)
        let path = folder + "/runs/run/" + result.fileName
        #expect(try SHA256.hex(ofFile: path) == result.digest)
        let reader = try SceneFileReader(path: path)
        #expect(reader.entries.map(\.token) == ["sample-0", "sample-1", "sample-2", "sample-3"])
        #expect(reader.header.lease == 1)
    }

    @Test("Meters count what a scene took and every operation on the output, those that failed apart")
    func meters() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let meters = WorkerMeters()
        #expect(try perform(work(meters: meters), lease: 1).result != nil)
        var reading = meters.reading
        #expect(reading.succeeded == [.open: 1, .append: 4, .publish: 1, .manifest: 0])
        #expect(reading.failed.values.allSatisfy { $0 == 0 })
        #expect(reading.durations.values.allSatisfy { $0.counts.reduce(0, +) == 4 })
        // The folder is not mounted.
        try FileManager.default.removeItem(atPath: folder)
        let scene = try claimed(lease: 2, makesFolder: false)
        let report = work(meters: meters).perform(scene, slot: 0, flag: StopFlag()) { _ in }
        guard case .hostFailed = report.outcome else {
            Issue.record("\(report.outcome)")
            return
        }
        reading = meters.reading
        #expect(reading.failed == [.open: 1, .append: 0, .publish: 0, .manifest: 0] && reading.succeeded[.open] == 1)
    }

    @Test("A stop keeps what is stored; the next lease computes only the rest")
    func adoption() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let flag = StopFlag()
        let first = try perform(work { if $0 == 1 { flag.raise(to: .stopAfterSample) } }, lease: 1, flag: flag)
        #expect(first.outcome == .stopped && first.samples == 2 && first.result == nil)
        let computed = Mutex<[Int]>([])
        let second = try perform(work { index in computed.withLock { $0.append(index) } }, lease: 2)
        #expect(second.result?.computedSampleCount == 2)
        #expect(computed.withLock { $0 } == [2, 3])
    }

    @Test("A scene that was put back because its file is damaged adopts nothing of it")
    func spoilt() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try perform(work(), lease: 1).result != nil)
        let again = work().perform(
            try claimed(lease: 2, earlierLeases: []),
            slot: 0,
            flag: StopFlag()
        ) { _ in }
        #expect(again.result?.computedSampleCount == 4)
    }

    @Test("What a newer program submitted is not failed but left to newer programs")
    func newerFormats() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var newer = try claimed(lease: 1)
        var content = try LZ4Frame.decompress(newer.payload, maximumContentBytes: 1 << 20)
        content[4] = 99
        newer.payload = try LZ4Frame.compress(content, level: 3)
        var unknown = try claimed(lease: 1)
        unknown.runSettings = unknown.runSettings.replacingOccurrences(of: "fp32", with: "fp4")
        for scene in [newer, unknown] {
            let outcome = work().perform(scene, slot: 0, flag: StopFlag(), sampleStored: { _ in }).outcome
            guard case .notUnderstood(let why) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(why.contains("version"))
        }
    }

    @Test("An abandoned slot writes nothing more, not even the sample in hand")
    func abandoned() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let flag = StopFlag()
        let report = try perform(work { if $0 == 2 { flag.raise(to: .abandon) } }, lease: 1, flag: flag)
        #expect(report.outcome == .stopped && report.samples == 2)
        let partial = try RunDirectory(output: folder, run: "run").sceneFiles()
        let file = try #require(partial.first)
        #expect(partial.count == 1 && !file.isFinished)
        #expect(try SceneFileReader.recover(path: file.path).entries.count == 2)
    }

    @Test("The scene's own faults fail it; the host's give it back; a damaged payload is an error, not a trap")
    func faults() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let bad = try perform(
            work { _ in throw ScenePredictionError(description: "damaged picture", isRetryable: false) },
            lease: 1
        )
        #expect(bad.outcome == .failed(message: "damaged picture", isRetryable: false))
        let unmounted = try perform(
            work { _ in throw ScenePredictionError(description: "no mount", isRetryable: true, isHostFault: true) },
            lease: 2
        )
        #expect(unmounted.outcome == .hostFailed(message: "no mount"))
        var damaged = try claimed(lease: 3)
        damaged.payload[damaged.payload.count / 2] ^= 1
        guard
            case .failed(let message, _) = work().perform(damaged, slot: 0, flag: StopFlag(), sampleStored: { _ in })
                .outcome
        else {
            Issue.record("a damaged payload was worked on")
            return
        }
        #expect(message.contains("'scene'"))
        try FileManager.default.removeItem(atPath: folder)
        let unsubmitted = try claimed(lease: 4, makesFolder: false)
        guard
            case .hostFailed(let why) = work().perform(unsubmitted, slot: 0, flag: StopFlag(), sampleStored: { _ in })
                .outcome
        else {
            Issue.record("an output folder that is not mounted was made")
            return
        }
        #expect(try why.contains("--output") && !Folders.isPresent(folder))
    }

    @Test("A run's folder that may not be looked at is not said to be missing")
    func folderThatCannotBeLookedAt() throws {
        // A link to itself is refused to root too.
        #expect(symlink((folder as NSString).lastPathComponent, folder) == 0)
        defer { unlink(folder) }
        let scene = try claimed(lease: 1, makesFolder: false)
        guard
            case .hostFailed(let why) = work().perform(scene, slot: 0, flag: StopFlag(), sampleStored: { _ in }).outcome
        else {
            Issue.record("an output folder that cannot be looked at was worked in")
            return
        }
        #expect(why.contains("may not be used on this host") && !why.contains("mount"), "\(why)")
    }

    /// Boxes of a score for each sample, at the places given.
    private final class FakeDetector: SamplePredictor {
        let places: [SIMD3<Double>]

        init(places: [SIMD3<Double>]) { self.places = places }

        func startScene() {}

        func predict(_ scene: SceneFrames, sample index: Int, datasetRoot: String) throws -> PredictedSample {
            let token = scene.samples[index].token
            let box = try DetectionBox(
                sampleToken: token,
                translation: places[index],
                size: SIMD3(2, 4, 1.5),
                rotation: Quaternion(yaw_rad: 0),
                velocity: SIMD2(0, 0),
                name: .car,
                score: 0.5,
                attribute: .vehicleParked
            )
            return PredictedSample(content: .detections(try DetectionDocument.encode([box], of: token)), seconds: 0)
        }
    }

    @Test("A dataset of a kind that this worker does not know leaves the predictions, and says why there is no score")
    func unknownKind() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let work = PredictionWork(slotCount: 1, mounts: .init(), logger: logger) { _, _ in
            FakeDetector(places: [SIMD3(1, 0, 0), SIMD3(1, 0, 0), SIMD3(1, 0, 0), SIMD3(1, 0, 0)])
        }
        var scene = try claimed(lease: 1)
        var settings = try RunSettings(json: scene.runSettings, run: "run")
        settings.datasetKind = "recordings"
        scene.runSettings = try settings.encoded()
        let result = try #require(work.perform(scene, slot: 0, flag: StopFlag(), sampleStored: { _ in }).result)
        let metrics = try SceneMetrics(decoding: try #require(result.metrics))
        #expect(metrics.isEmpty && metrics.gaps.count(.failed) == 4)
        #expect(metrics.gaps.lines.joined().contains("'recordings'"))
        #expect(try RunDirectory(output: folder, run: "run").open(result.fileName).header.dataset == "recordings")
    }

    @Test("A detection scene is scored with the annotations of its payload, and not at all without")
    func detectionMetrics() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let annotation = BoxAnnotation(
            token: "",
            category: "vehicle.car",
            attributes: ["vehicle.parked"],
            translation: SIMD3(1, 0, 0),
            size: SIMD3(2, 4, 1.5),
            rotation: Quaternion(yaw_rad: 0),
            velocity: SIMD3(0, 0, 0),
            lidarPointCount: 3,
            radarPointCount: 0
        )
        // Right, 1.5 m off, far off, right.
        let places: [SIMD3<Double>] = [SIMD3(1, 0, 0), SIMD3(2.5, 0, 0), SIMD3(20, 0, 0), SIMD3(1, 0, 9)]
        let truth = DetectionSceneTruth(
            samples: try (0..<4).map { index in
                DetectionSceneTruth.Sample(
                    truth: try DetectionGroundTruth(
                        sampleToken: "sample-\(index)",
                        egoTranslation: .zero,
                        annotations: [annotation]
                    ),
                    order: UInt64(index)
                )
            }
        )
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let work = PredictionWork(slotCount: 1, mounts: .init(), logger: logger) { _, _ in FakeDetector(places: places)
        }
        func metrics(_ scene: ClaimedScene) throws -> SceneMetrics? {
            let report = work.perform(scene, slot: 0, flag: StopFlag(), sampleStored: { _ in })
            let result = try #require(report.result, "\(report.outcome)")
            return try result.metrics.map { try SceneMetrics(decoding: $0) }
        }
        let none = try #require(try metrics(claimed(lease: 1)))
        #expect(none.isEmpty && none.gaps.count(.absent) == 4 && !none.gaps.hasDamage)
        var annotated = try claimed(lease: 2)
        annotated.payload = try ScenePayload.encode(
            ScenePayload.decode(annotated.payload, scene: "scene"),
            annotations: truth
        )
        let matches = try #require(try metrics(annotated)?[DetectionMetric.self])
        let report = try DetectionReport(dataset: "d", split: "s", model: "m", matches: matches, sceneCount: 1)
        #expect(report.labels[0].truthCount == 4 && report.labels[0].predictionCount == 4)
        let precisions = report.labels[0].averagePrecisions
        #expect(precisions[0] < precisions[2] && precisions[0] == precisions[1] && precisions[2] == precisions[3])
        // Annotations that cannot be read cost the score, not the predictions.
        annotated.lease = 3
        annotated.payload[annotated.payload.count - 9] ^= 1
        let damaged = try #require(try metrics(annotated))
        #expect(damaged.isEmpty && damaged.gaps.count(.damaged) == 4)
    }

    @Test("A predictor serves the runs of its identity only: the same model used in another way gets another")
    func predictorsByIdentity() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let made = Mutex<[PredictionIdentity]>([])
        let work = PredictionWork(slotCount: 1, mounts: .init(), logger: Logger(label: "test")) { settings, _ in
            made.withLock { $0.append(settings.identity) }
            return FakePredictor { _ in }
        }
        var lease: Int64 = 0
        for rescales in [false, false, true, true, false] {
            lease += 1
            var scene = try claimed(lease: lease, earlierLeases: [])
            var settings = try RunSettings(json: scene.runSettings, run: "run")
            settings.rescaleIntrinsics = rescales
            scene.runSettings = try settings.encoded()
            #expect(work.perform(scene, slot: 0, flag: StopFlag(), sampleStored: { _ in }).result != nil)
        }
        #expect(made.withLock { $0.map(\.rescalesIntrinsics) } == [false, true, false])
    }

    @Test("A file of another database's lease is not overwritten; the scene is given back with the way out")
    func foreignLease() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try perform(work(), lease: 1).result != nil)
        guard case .notUnderstood(let message) = try perform(work(), lease: 1).outcome else {
            Issue.record("the same lease was worked on twice")
            return
        }
        #expect(message.contains("occ-scheduler rebuild"))
    }
}
