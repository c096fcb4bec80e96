import Foundation
import Glibc
import Testing

@testable import Datasets

/// Reads tables that `ops/datasets/make_big_tables.py` wrote, and prints how long it took and how much memory.
///
/// Runs only where `OCC_BIG_TABLES` names the folder; a measurement, so nothing is asserted about the time.
@Suite struct BigTablesTests {
    static let root = ProcessInfo.processInfo.environment["OCC_BIG_TABLES"]

    @Test(.enabled(if: root != nil, "set OCC_BIG_TABLES to a folder made by ops/datasets/make_big_tables.py"))
    func everySceneIsResolved() throws {
        let root = try #require(Self.root)
        let environment = ProcessInfo.processInfo.environment
        let version = environment["OCC_BIG_VERSION"] ?? "v1.0-trainval"
        let check = try #require(ImageCheck(rawValue: environment["OCC_BIG_IMAGES"] ?? "none"))
        let start = ContinuousClock.now
        let dataset = try NuScenesDataset.open(root: root, version: version)
        let resolved = try dataset.resolve(options: ResolutionOptions(imageCheck: check))
        let resolving = ContinuousClock.now - start
        let payloadBytes = resolved.scenes.reduce(0) { $0 + $1.encodePayload().count }
        var usage = rusage()
        #expect(getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0)
        print(
            "\(resolved.scenes.count) scenes, \(resolved.sampleCount) samples in \(resolving), images \(check);",
            "peak resident memory \(usage.ru_maxrss / 1024) MiB; payloads \(payloadBytes) bytes"
        )
        #expect(resolved.scenes.count == dataset.sceneNames.count)
        for scene in resolved.scenes {
            #expect(scene.samples.allSatisfy { $0.cameras.count == 6 })
            #expect(try SceneFrames(payload: scene.encodePayload()) == scene)
        }
    }
}
