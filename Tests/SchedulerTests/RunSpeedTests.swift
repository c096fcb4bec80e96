import ImageFiles
import OccInference
import Reporting
import Scenes
import Scoring
import Storage
import Testing

@testable import Scheduler

@Suite("Speed and card of a run in a report")
struct RunSpeedTests {
    private static func manifest(_ works: [RunManifest.Work?]) -> RunManifest {
        RunManifest(
            scenes: works.enumerated().map { index, work in
                var scene = RunManifest.Scene(
                    name: "scene-\(index)",
                    sampleTokens: ["t\(index)"],
                    lease: 1,
                    fileName: "f",
                    byteCount: 1,
                    sha256: ""
                )
                scene.work = work
                return scene
            }
        )
    }

    private static func work(
        _ host: String,
        end second: Int,
        elapsed: Double,
        prediction: Double,
        samples: Int = 10
    ) -> RunManifest.Work {
        RunManifest.Work(
            host: host,
            completedAt: "2026-11-27T00:0\(second / 60):\(second % 60 < 10 ? "0" : "")\(second % 60).250Z",
            elapsedSeconds: elapsed,
            predictionSeconds: prediction,
            computedSamples: samples
        )
    }

    @Test("Seconds a sample, scenes an hour, time, slots and hosts come from run.json")
    func figures() throws {
        let speed = try #require(
            RunSpeed(
                Self.manifest([
                    Self.work("a", end: 10, elapsed: 10, prediction: 8),
                    Self.work("b", end: 15, elapsed: 10, prediction: 4),
                    // Later, after a pause of five seconds; its samples took longest.
                    Self.work("a", end: 40, elapsed: 20, prediction: 20), nil,
                ])
            )
        )
        #expect(speed.scenes.map(\.name) == ["scene-2", "scene-0", "scene-1"])
        #expect(speed.medianSecondsPerSample == 0.8 && speed.samples == 30)
        #expect(speed.slots == 2 && speed.hosts == ["a": 2, "b": 1])
        #expect(speed.wallSeconds == 40 && speed.busySeconds == 35)
        #expect(try abs(#require(speed.scenesPerHour) - 3.0 / 35 * 3600) < 1e-9)
    }

    @Test("Scenes one after the other are one slot")
    func oneSlot() throws {
        let works = [10, 20, 30].map { Self.work("a", end: $0, elapsed: 10, prediction: 9) }
        #expect(RunSpeed(Self.manifest(works))?.slots == 1)
    }

    @Test("What cannot be true does not count, and is no trap")
    func nonsense() {
        var wrong = [RunManifest.Work](repeating: Self.work("a", end: 1, elapsed: 1, prediction: 1), count: 6)
        wrong[0].computedSamples = 0
        wrong[1].computedSamples = .max
        wrong[2].elapsedSeconds = -1
        wrong[3].predictionSeconds = 1e300
        wrong[4].completedAt = "yesterday"
        wrong[5].elapsedSeconds = .infinity
        #expect(RunSpeed(Self.manifest(wrong)) == nil)
        #expect(RunSpeed(Self.manifest([nil])) == nil)
    }

    private static func content(card: ModelCard? = nil, digest: String = "0", _ works: [RunManifest.Work?] = [nil])
        throws -> ReportContent
    {
        var manifest = manifest(works)
        manifest.modelDigest = digest
        return try ReportContent(
            manifest,
            RunScores(),
            samples: SampleList(manifest, scenes: []),
            place: "/out",
            card: card
        )
    }

    @Test("The overview shows card and speed, escaped; of two runs both, of one network once")
    func pages() throws {
        let card = ModelCard(
            title: "<script>alert(1)</script>",
            summary: "one\ntwo & three",
            notFor: "<img src=x>",
            scores: [ModelCard.Score(name: "mIoU \"%\"", value: 32.9, on: "<b>")],
            rig: [
                "<CAM>": ModelCard.Camera(
                    width_px: 704,
                    height_px: 396,
                    focalX_px: 557,
                    focalY_px: 556.5,
                    aboveGround_m: 1.5,
                    yaw_deg: 0
                )
            ]
        )
        let slow = (1...7).map { Self.work("host<\($0)>", end: $0, elapsed: 1, prediction: Double($0)) }
        func page(_ other: ReportContent?) throws -> String {
            let overview = OverviewPage(
                site: ReportSite(scenes: []),
                content: try Self.content(card: card, slow),
                other: other,
                worst: [],
                remarks: [],
                stills: [:]
            )
            return String(decoding: overview.page.file, as: UTF8.self)
        }
        let alone = try page(nil)
        for hostile in ["<script", "<img src=x", "<CAM>", "host<", "on\">"] {
            #expect(!alone.contains(hostile), "\(hostile)")
        }
        for shown in [
            "two &amp; three", "Not for: ", "32.9", "<td>fp32</td>", "556.5", "The network<", "0.70 scene-6",
            "scenes an hour",
        ] {
            #expect(alone.contains(shown), "\(shown)")
        }
        #expect(!alone.contains("0.20 scene-1"), "five slowest scenes are named")
        let same = try page(Self.content(card: card))
        #expect(!same.contains("The network of") && same.contains("<th scope=\"col\">A</th><th scope=\"col\">B</th>"))
        let two = try page(Self.content(card: card, digest: "1"))
        #expect(two.contains("The network of A") && two.contains("The network of B"))
        let bare = try Self.content()
        #expect(bare.speed == nil && CardSection.sections(bare, nil).isEmpty)
        #expect(SpeedSection(content: bare, other: nil).html == "")
    }

    @Test("Two runs' boxes stand in the same cameras, those of A above those of B")
    func cameras() {
        func figure(_ label: Int) -> SampleFigure {
            let still = RigidTransform(translation: .zero, rotation: Quaternion(w: 1, x: 0, y: 0, z: 0))
            let box = MarkedBox(
                centre: SIMD3(10, 0, 0),
                size: SIMD3(2, 4, 1.5),
                rotation: Quaternion(w: 1, x: 0, y: 0, z: 0),
                velocity: .zero,
                label: label,
                score: 0.5
            )
            let picture = RGBImage(width: 2, height: 2, red: 0, green: 0, blue: 0)
            return SampleFigure(
                cameras: (0..<6).map { .init(name: "C\($0)", picture: picture) },
                predicted: [box],
                rows: [
                    [
                        .init(title: "prediction", view: .boxes([box], around: still)),
                        .init(title: "ground truth", view: .boxes([], around: still)),
                    ]
                ]
            )
        }
        let both = ReportSamples.beside(figure(1), figure(2))
        #expect(
            both.cameras.map(\.name)
                == [
                    "A: C0", "A: C1", "A: C2", "B: C0", "B: C1", "B: C2", "A: C3", "A: C4", "A: C5", "B: C3", "B: C4",
                    "B: C5",
                ]
        )
        #expect(both.cameras.allSatisfy { $0.predicted?.first?.label == ($0.name.hasPrefix("A") ? 1 : 2) })
        #expect(both.rows[0].map(\.title) == ["A: prediction", "B: prediction", "ground truth"])
    }
}
