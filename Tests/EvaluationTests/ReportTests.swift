import Evaluation
import Foundation
import Scenes
import Testing

@Suite struct ReportTests {
    private func report(expected: UInt64?) throws -> OccupancyReport {
        let all = [UInt8](repeating: 1, count: 8)
        let scenes: [(String, [UInt8], [UInt8])] = [
            ("scene-0001", [4, 4, 4, 17, 0, 17, 11, 11], [4, 17, 4, 4, 0, 17, 11, 0]),
            ("scene-0002", [4, 4, 4, 4, 17, 17, 17, 17], [4, 4, 4, 4, 17, 17, 17, 17]),
            ("scene-0003", [17, 17, 17, 17, 17, 17, 17, 17], [17, 17, 17, 17, 17, 17, 17, 17]),
        ]
        let confusions = try scenes.map { name, semantics, prediction in
            var confusions = MaskedConfusions()
            let truth = VoxelLabels(semantics: semantics, maskLidar: all, maskCamera: all)
            try confusions.accumulate(prediction: prediction, truth: truth, sample: name)
            return (name: name, confusions: confusions)
        }
        return OccupancyReport(
            dataset: "occ3d-nuscenes v1.0-mini",
            split: "mini_val",
            model: "flashocc-r50_BDC-T",
            scenes: confusions,
            expectedSamples: expected
        )
    }

    @Test func theTableIsAligned() throws {
        let expected = """
            flashocc-r50_BDC-T: occ3d-nuscenes v1.0-mini mini_val, mask camera, 3 scenes, 3 of 81 samples
            class                 IoU %  true voxels  predicted voxels
            others                50.00            1                 2
            barrier                   -            0                 0
            bicycle                   -            0                 0
            bus                       -            0                 0
            car                   75.00            7                 7
            construction_vehicle      -            0                 0
            motorcycle                -            0                 0
            pedestrian                -            0                 0
            traffic_cone              -            0                 0
            trailer                   -            0                 0
            truck                     -            0                 0
            driveable_surface     50.00            2                 1
            other_flat                -            0                 0
            sidewalk                  -            0                 0
            terrain                   -            0                 0
            manmade                   -            0                 0
            vegetation                -            0                 0
            free                  86.67           14                14
            mIoU                  58.33
            mIoU is the mean over the 3 classes that occur, without free

            scene       mIoU %  samples
            scene-0001   50.00        1
            scene-0002  100.00        1
            scene-0003       -        1

            """
        #expect(try report(expected: 81).table(withScenes: true) == expected)
        #expect(try report(expected: 3).caption.hasSuffix("3 scenes, all 3 samples"))
        #expect(try report(expected: nil).caption.hasSuffix("3 scenes, 3 samples"))
    }

    @Test func flashOccLinesReadLikeTheirs() throws {
        let lines = try report(expected: nil).flashOccLines.split(separator: "\n").map(String.init)
        #expect(lines[0] == "===> occ3d-nuscenes v1.0-mini mini_val, mask camera, 3 scenes, 3 samples")
        #expect(lines[1] == "===> per class IoU of 3 samples:")
        #expect(lines[2] == "===> others - IoU = 50.0")
        #expect(lines[3] == "===> barrier - IoU = nan")
        #expect(lines[6] == "===> car - IoU = 75.0")
        #expect(lines.count == 20 && lines[19] == "===> mIoU of 3 samples: 58.33")
    }

    @Test func jsonComesBack() throws {
        let report = try report(expected: 81)
        let json = try report.json()
        #expect(try JSONDecoder().decode(OccupancyReport.self, from: Data(json)) == report)
        let object = try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any]
        #expect(object?["mask"] as? String == "camera" && object?["split"] as? String == "mini_val")
        #expect(object?["sampleCount"] as? Int == 3 && object?["expectedSampleCount"] as? Int == 81)
    }

    @Test func nothingIsAReportToo() {
        let report = OccupancyReport(dataset: "d", split: "s", model: "m", scenes: [])
        #expect(report.meanIoU_percent == nil && report.flashOccLines.hasSuffix("===> mIoU of 0 samples: nan\n"))
    }
}
