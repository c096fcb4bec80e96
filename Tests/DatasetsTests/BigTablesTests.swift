import Foundation
import Glibc
import Scenes
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
        var usage = rusage()
        #expect(getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0)
        print(
            "\(resolved.scenes.count) scenes, \(resolved.sampleCount) samples in \(resolving), images \(check);",
            "peak resident memory \(usage.ru_maxrss / 1024) MiB"
        )
        #expect(resolved.scenes.count == dataset.sceneNames.count)
        for scene in resolved.scenes {
            #expect(scene.samples.allSatisfy { $0.cameras.count == 6 })
        }
    }

    @Test(.enabled(if: root != nil, "set OCC_BIG_TABLES to a folder made by ops/datasets/make_big_tables.py"))
    func annotationsOfEverySceneAreRead() throws {
        let version = ProcessInfo.processInfo.environment["OCC_BIG_VERSION"] ?? "v1.0-trainval"
        let dataset = try NuScenesDataset.open(root: try #require(Self.root), version: version)
        let resolved = try dataset.resolve(options: ResolutionOptions(imageCheck: .none))
        let start = ContinuousClock.now
        guard let scenes = try AnnotationTables.read(dataset, of: resolved.scenes) else {
            print("no annotations (make_big_tables.py --annotations 34)")
            return
        }
        let reading = ContinuousClock.now - start
        var usage = rusage()
        #expect(getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0)
        let boxes = scenes.reduce(0) { $0 + $1.samples.reduce(0) { $0 + $1.boxes.count } }
        print(
            "\(boxes) annotated boxes of \(scenes.count) scenes in \(reading);",
            "peak resident memory \(usage.ru_maxrss / 1024) MiB"
        )
        #expect(scenes.count == resolved.scenes.count)
    }

    @Test(
        .enabled(if: root != nil && devkit != nil, "set OCC_DEVKIT_FRAMES to what ops/datasets/devkit_frames.py wrote")
    )
    func framesAreThoseOfTheDevkit() throws {
        let version = ProcessInfo.processInfo.environment["OCC_BIG_VERSION"] ?? "v1.0-trainval"
        let dataset = try NuScenesDataset.open(root: try #require(Self.root), version: version)
        let resolved = try dataset.resolve(options: ResolutionOptions(imageCheck: .none))
        var lines: [String] = []
        for scene in resolved.scenes {
            for sample in scene.samples {
                for camera in sample.cameras {
                    let names =
                        "\(scene.name) \(sample.token) \(camera.channel) \(camera.imagePath) \(camera.timestamp_us)"
                    let matrices = [
                        camera.sensorToEgo.matrixFloat32, camera.egoToGlobal.matrixFloat32, camera.intrinsicsFloat32,
                    ]
                    lines.append("\(names) \(matrices.map(Self.hexadecimal).joined(separator: " "))")
                }
            }
        }
        let text = try String(contentsOfFile: try #require(Self.devkit), encoding: .utf8)
        let wanted = text.split(separator: "\n").map(String.init)
        #expect(lines.count == wanted.count)
        let different = zip(lines, wanted).filter { $0 != $1 }
        #expect(different.isEmpty, "first: \(different.first.map { "\($0.0)\n\($0.1)" } ?? "")")
        print("\(lines.count) cameras compared with nuscenes-devkit, \(different.count) differ")
    }

    private static let devkit = ProcessInfo.processInfo.environment["OCC_DEVKIT_FRAMES"]

    private static func hexadecimal(_ values: [Float]) -> String {
        values.withUnsafeBytes { bytes in
            bytes.map { String(0x100 + Int($0), radix: 16).dropFirst() }.joined()
        }
    }
}
