import Evaluation
import Foundation
import Reporting
import Scenes
import Testing

@testable import Scheduler

@Suite("What a picture shows")
struct PictureViewTests {
    private let prediction = [UInt8](repeating: 11, count: VoxelGrid.count)

    private func kinds(_ rows: [[SampleFigure.Panel]]) -> [[String]] {
        rows.map { row in
            row.map { panel in
                switch panel.view {
                case .above(_, let isDimmed): "above\(isDimmed ? " dimmed" : "")"
                case .voxels(_, let isDimmed, _): "voxels\(isDimmed ? " dimmed" : "")"
                case .difference: "difference"
                case .boxes: "boxes"
                }
            }
        }
    }

    @Test("Labels are shown from above, as voxels, or in every way; dimmed and compared where the truth allows it")
    func labels() throws {
        var mask = [UInt8](repeating: 1, count: VoxelGrid.count)
        mask[0] = 0
        let masked = VoxelLabels(semantics: prediction, maskCamera: mask)
        let plain = VoxelLabels(semantics: prediction)
        func shown(_ truth: VoxelLabels?, _ view: PictureView) throws -> [[String]] {
            kinds(try SampleViews.occupancy(prediction, truth: truth, view))
        }
        #expect(try shown(masked, .above) == [["above dimmed", "above dimmed"]])
        #expect(try shown(plain, .voxels) == [["voxels", "voxels"]])
        #expect(try shown(nil, .all) == [["above"], ["voxels"]])
        #expect(try shown(plain, .all) == [["above", "above", "difference"], ["voxels", "voxels"]])
        // The prediction is dimmed by the truth's mask.
        let panel = try SampleViews.occupancy(prediction, truth: masked, .above)[0][0]
        #expect(panel.view == .above(VoxelLabels(semantics: prediction, maskCamera: mask), isDimmed: true))
    }

    @Test("Boxes below the score are left out; a sample that is not in the tables is an error")
    func boxes() throws {
        func box(_ x: Double, _ score: Double) -> String {
            """
            {"sample_token": "a", "translation": [\(x), 2, 1], "size": [2, 4, 1.5], "rotation": [1, 0, 0, 0], \
            "velocity": [0, 0], "detection_name": "car", "detection_score": \(score), "attribute_name": ""}
            """
        }
        let document = Array("[\(box(5, 0.9)), \(box(9, 0.1))]".utf8)
        let pose = RigidTransform(translation: SIMD3(1, 2, 0), rotation: .identity)
        let sample = SampleFrames(
            token: "a",
            timestamp_us: 1,
            cameras: [],
            lidar: LidarPose(sensorToEgo: .identity, egoToGlobal: pose)
        )
        let scene = SceneFrames(name: "s", token: "t", samples: [sample])
        let figure = try SampleViews.detections(document, of: "a", minimumScore: 0.2, scene, annotations: nil)
        #expect(figure.predicted.map(\.centre.x) == [5] && figure.predicted[0].score == 0.9 && figure.annotated == [])
        #expect(figure.rows.map(\.count) == [1])
        #expect(figure.rows[0][0].view == .boxes(figure.predicted, around: pose))
        #expect(figure.rows[0][0].note.hasPrefix("1 of 2 boxes"))
        #expect(throws: (any Error).self) {
            try SampleViews.detections(document, of: "b", minimumScore: 0, scene, annotations: nil)
        }
    }
}
