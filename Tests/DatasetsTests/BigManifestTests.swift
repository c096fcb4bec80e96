import Foundation
import Glibc
import Scenes
import Testing

@testable import Datasets

/// Reads a manifest that `ops/datasets/make_big_manifest.py` wrote, and prints how long it took and how much memory.
///
/// Runs only where `OCC_BIG_MANIFEST` names the file; a measurement, so nothing is asserted about the time.
@Suite struct BigManifestTests {
    static let file = ProcessInfo.processInfo.environment["OCC_BIG_MANIFEST"]

    @Test(.enabled(if: file != nil, "set OCC_BIG_MANIFEST to a file made by ops/datasets/make_big_manifest.py"))
    func everySceneComesByItself() throws {
        let start = ContinuousClock.now
        let dataset = try ManifestDataset.open(root: try #require(Self.file))
        let opened = ContinuousClock.now
        let survey = try dataset.survey(split: nil, options: ResolutionOptions(imageCheck: .none))
        let surveyed = ContinuousClock.now
        var scenes = survey.makeScenes()
        var samples = 0
        while let scene = try scenes.next() { samples += scene.samples.count }
        let end = ContinuousClock.now
        var usage = rusage()
        #expect(getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0)
        print(
            "\(survey.sceneCount) scenes, \(samples) samples: opened in \(opened - start), surveyed in \(surveyed - opened),",
            "read once more in \(end - surveyed); peak resident memory \(usage.ru_maxrss / 1024) MiB"
        )
        #expect(samples == survey.sampleCount)
    }
}
