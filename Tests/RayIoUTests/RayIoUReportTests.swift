import Evaluation
import Foundation
import Testing

@Suite struct RayIoUReportTests {
    /// Counts by hand: car 10 true, 8 predicted, 4 / 6 / 8 hits; truck 2 true, 4 predicted, none hit.
    private func counts(samples: UInt8) throws -> RayCounts {
        func row(_ car: UInt8, _ truck: UInt8) -> [UInt8] {
            var row = [UInt8](repeating: 0, count: 18)
            (row[4], row[10]) = (car, truck)
            return row
        }
        let parts: [UInt8] = [1, 18, 3, samples] + row(10, 2) + row(8, 4)
        return try RayCounts(decoding: parts + row(4, 0) + row(6, 0) + row(8, 0))
    }

    private func report(expected: UInt64?) throws -> RayIoUReport {
        RayIoUReport(
            dataset: "occ3d-nuscenes v1.0-mini",
            split: "mini_val",
            model: "flashocc-r50_BDC-T",
            scenes: [
                ("scene-0001", try counts(samples: 2)), ("scene-0002", try counts(samples: 1)),
                ("scene-0003", RayCounts()),
            ],
            expectedSamples: expected
        )
    }

    @Test func theTableIsAligned() throws {
        let expected = """
            flashocc-r50_BDC-T: occ3d-nuscenes v1.0-mini mini_val, no mask, 3 scenes, 3 of 81 samples, 24 rays
            class                 RayIoU@1 %  RayIoU@2 %  RayIoU@4 %  true rays  predicted rays
            others                         -           -           -          0               0
            barrier                        -           -           -          0               0
            bicycle                        -           -           -          0               0
            bus                            -           -           -          0               0
            car                        28.57       50.00       80.00         20              16
            construction_vehicle           -           -           -          0               0
            motorcycle                     -           -           -          0               0
            pedestrian                     -           -           -          0               0
            traffic_cone                   -           -           -          0               0
            trailer                        -           -           -          0               0
            truck                       0.00        0.00        0.00          4               8
            driveable_surface              -           -           -          0               0
            other_flat                     -           -           -          0               0
            sidewalk                       -           -           -          0               0
            terrain                        -           -           -          0               0
            manmade                        -           -           -          0               0
            vegetation                     -           -           -          0               0
            mean                       14.29       25.00       40.00
            RayIoU 26.43 %: the mean over 1, 2 and 4 m and the 2 classes that occur, without free

            scene       RayIoU %  samples
            scene-0001     26.43        2
            scene-0002     26.43        1
            scene-0003         -        0

            """
        #expect(try report(expected: 81).table(withScenes: true) == expected)
        #expect(try report(expected: 3).caption.hasSuffix("3 scenes, all 3 samples, 24 rays"))
        #expect(try report(expected: nil).caption.hasSuffix("3 scenes, 3 samples, 24 rays"))
    }

    @Test func jsonComesBack() throws {
        let report = try report(expected: 81)
        let json = try report.json()
        #expect(try JSONDecoder().decode(RayIoUReport.self, from: Data(json)) == report)
        let object = try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any]
        #expect(object?["split"] as? String == "mini_val" && object?["sampleCount"] as? Int == 3)
        #expect((object?["labels"] as? [Any])?.count == 17 && (object?["thresholds"] as? [Any])?.count == 3)
    }

    @Test func nothingIsAReportToo() {
        let report = RayIoUReport(dataset: "d", split: "s", model: "m", scenes: [])
        #expect(report.rayIoU_percent == nil && report.table().contains("RayIoU - %"))
    }
}
