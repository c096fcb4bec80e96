import Storage
import Testing

@testable import Scheduler

@Suite("Runs without an identity.json")
struct RebuildSourceTests {
    @Test("Only what version 0.1 could compute is taken for a run of it")
    func versions() {
        let header = SceneFileHeader(
            run: "r",
            scene: "s",
            lease: 1,
            dataset: "nuscenes",
            datasetVersion: "v1.0-mini",
            split: "all",
            model: "m",
            modelDigest: String(repeating: "ab", count: 32),
            precision: "fp32",
            software: "occ 0.1"
        )
        #expect(RebuildSource.mayBeOfVersion01(header, [:]))
        #expect(RebuildSource.mayBeOfVersion01(header, ["rescaleIntrinsics": "true"]))
        var older = header
        older.dataset = "occ3d-nuscenes"
        #expect(RebuildSource.mayBeOfVersion01(older, [:]))
        var lower = header
        lower.precision = "int8"
        #expect(!RebuildSource.mayBeOfVersion01(lower, [:]))
        var described = header
        described.dataset = "manifest"
        #expect(!RebuildSource.mayBeOfVersion01(described, [:]))
        #expect(!RebuildSource.mayBeOfVersion01(header, ["virtualRig": "CAM_FRONT"]))
        #expect(!RebuildSource.mayBeOfVersion01(header, ["reducedDecoding": "true"]))
    }
}
