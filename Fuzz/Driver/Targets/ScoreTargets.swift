import RunContract
import Scenes
import Scoring

@testable import Evaluation

extension FuzzTarget {
    /// Stored counts: confusions, ray counts, detection matches or all of them together, by the first byte.
    ///
    /// Confusions and ray counts have one form only, and sums and reports of anything that is accepted do not trap.
    static let counts = FuzzTarget(
        name: "counts",
        run: { input in
            guard let first = input.first else { return }
            let body = Array(input.dropFirst())
            switch first % 4 {
            case 0:
                guard var sum = accepted({ try MaskedConfusions(decoding: body) }) else { return }
                demand(sum.encoded() == body, "confusions of two forms")
                let scenes = [("a", sum), ("b", sum)]
                sum.merge(sum)
                for mask in VisibilityMask.allCases {
                    let report = OccupancyReport(dataset: "d", split: "s", model: "m", mask: mask, scenes: scenes)
                    _ = (report.table(withScenes: true), accepted { try report.json() })
                }
            case 1:
                guard var sum = accepted({ try RayCounts(decoding: body) }) else { return }
                demand(sum.encoded() == body, "ray counts of two forms")
                let scenes = [("a", sum), ("b", sum)]
                sum.merge(sum)
                _ = RayIoUReport(dataset: "d", split: "s", model: "m", scenes: scenes)
            case 3:
                guard let metrics = accepted({ try SceneMetrics(decoding: body) }) else { return }
                demand(try SceneMetrics(decoding: metrics.encoded()) == metrics, "metrics that are read back otherwise")
            default:
                guard let matches = accepted({ try DetectionMatches(decoding: body) }) else { return }
                demand(
                    try DetectionMatches(decoding: matches.encoded()) == matches,
                    "detection matches that are read back otherwise"
                )
                guard var sum = accepted({ try matches.placed(atScene: 0) }) else { return }
                _ = accepted { try sum.merge(matches.placed(atScene: 1)) }
                _ = accepted { try DetectionReport(dataset: "d", split: "s", model: "m", matches: sum, sceneCount: 2) }
            }
        },
        seeds: {
            var detections = DetectionMatches()
            try detections.merge(
                DetectionMatches(samples: [
                    .init(
                        order: 3,
                        truthCounts: (0..<10).map { UInt32($0) },
                        records: [
                            .init(name: .car, score: 0.5, match: .init(thresholds: 0)),
                            .init(name: .bus, score: 0.25, match: .init(thresholds: 1)),
                        ]
                    )
                ])
            )
            var gaps = TruthGaps()
            gaps.add(.damaged, sample: "t", why: "cut off")
            var rays = SceneMetrics(gaps: gaps)
            rays[RayMetric.self] = RayCounts()
            var boxes = SceneMetrics()
            boxes[RayMetric.self] = RayCounts()
            boxes[DetectionMetric.self] = detections
            return [
                [3] + rays.encoded(), [0] + MaskedConfusions().encoded(),
                [1] + RayCounts().encoded(), [2] + detections.encoded(),
                [2] + DetectionMatches().encoded(), [3] + MaskedConfusions().encoded(),
                [3] + boxes.encoded(),
            ]
        }
    )

    /// Boxes: one sample's document as scene files hold it (first byte even), or a results file.
    static let detections = FuzzTarget(
        name: "detections",
        run: { input in
            guard let first = input.first else { return }
            let body = Array(input.dropFirst())
            guard first & 1 == 0 else {
                _ = accepted {
                    try body.withUnsafeBytes { try DetectionResultsReader.parse($0, source: "input") { _, _ in } }
                }
                return
            }
            guard let boxes = accepted({ try DetectionDocument.decode(body, of: "t") }) else { return }
            guard boxes.allSatisfy({ $0.velocity != nil }) else { return }
            demand(
                try DetectionDocument.decode(DetectionDocument.encode(boxes, of: "t"), of: "t") == boxes,
                "boxes that are read back otherwise"
            )
        },
        seeds: {
            let box =
                #"{"sample_token":"t","translation":[1,2,3.5],"size":[2,4,1.5],"rotation":[1,0,0,0],"#
                + #""velocity":[0.5,-1e-3],"detection_name":"car","detection_score":0.75,"attribute_name":"vehicle.moving"}"#
            return [
                [0] + Array("[\(box)]".utf8), [0] + Array("[]".utf8),
                [1]
                    + Array(
                        #"{"meta":{"use_camera":true},"results":{"t":[\#(box)],"u":[]},"x":[{"y":"\u0041"}]}"#.utf8
                    ),
            ]
        }
    )
}
