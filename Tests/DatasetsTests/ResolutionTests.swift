import Foundation
import Scenes
import Testing

@testable import Datasets

@Suite struct ResolutionTests {
    @Test func scenesSamplesAndCamerasComeInOrder() throws {
        let builder = TableBuilder(scenes: [("scene-0103", 3), ("scene-0061", 2)])
        let resolved = try builder.resolve()
        #expect(resolved.omitted.isEmpty)
        #expect(resolved.sampleCount == 5)
        #expect(resolved.scenes.map(\.name) == ["scene-0103", "scene-0061"])
        let scene = try #require(resolved.scenes.first)
        #expect(scene.token == TableBuilder.hexToken("scene/scene-0103"))
        #expect(scene.samples.map(\.token) == (0..<3).map { TableBuilder.hexToken("sample/scene-0103/\($0)") })
        #expect(scene.samples.map(\.timestamp_us) == [0, 1_000_000, 2_000_000])
        for (index, sample) in scene.samples.enumerated() {
            #expect(sample.cameras.map(\.channel) == CameraOrder.published)
            for camera in sample.cameras {
                #expect(camera.imagePath == "samples/\(camera.channel)/scene-0103_\(index).jpg")
                #expect(camera.width == 1600 && camera.height == 900)
                #expect(camera.timestamp_us == 7_000_000 + Int64(index))
                #expect(
                    camera.intrinsics == [
                        1266.417203046554, 0, 816.2670197447984, 0, 1266.417203046554, 491.5, 0, 0, 1,
                    ]
                )
                #expect(camera.sensorToEgo.translation.z == 1.0 / 3.0)
                #expect(camera.sensorToEgo.rotation == Quaternion(w: 0.5, x: -0.5, y: 0.5, z: -0.5))
                #expect(camera.egoToGlobal.translation.x == 411.3039349319818 + Double(index))
            }
        }
    }

    @Test func lidarPosesComeAlongAndTheirLackIsNoProblem() throws {
        let whole = TableBuilder(scenes: [("a", 3)])
        let samples = try whole.resolve().scenes[0].samples
        #expect(samples.map { $0.lidar?.egoToGlobal.translation.x } == [0, 1, 2].map { 411.3039349319818 + $0 })
        #expect(samples.allSatisfy { $0.lidar?.sensorToEgo.translation == SIMD3(1.5, -0.25, 1.0 / 3.0) })
        func lidar(_ change: (inout TableBuilder.Row) -> Void) throws -> [Bool] {
            var changed = whole
            let token = TableBuilder.hexToken("data/a/LIDAR_TOP/1/true")
            changed.edit("sample_data", where: { $0["token"] as? String == token }, change)
            return try changed.resolve().scenes[0].samples.map { $0.lidar != nil }
        }
        #expect(try lidar { $0["is_key_frame"] = false } == [true, false, true])
        #expect(try lidar { $0["sample_token"] = "nothing" } == [true, false, true])
        #expect(try lidar { $0["ego_pose_token"] = "nothing" } == [true, false, true])
        // Two keyframes of one sample: neither is the right one.
        #expect(try lidar { $0["sample_token"] = TableBuilder.hexToken("sample/a/0") } == [false, false, true])
        var tilted = whole
        tilted.edit("calibrated_sensor", where: { ($0["camera_intrinsic"] as? [Any])?.isEmpty == true }) {
            $0["rotation"] = [1, 1, 0, 0]
        }
        #expect(try tilted.resolve().scenes[0].samples.allSatisfy { $0.lidar == nil })
        #expect(try whole.tokens(ofSplit: nil).map(\.tokens) == [samples.map(\.token)])
    }

    @Test(arguments: [JSONSerialization.WritingOptions.sortedKeys, [.prettyPrinted], []])
    func layoutDoesNotMatter(options: JSONSerialization.WritingOptions) throws {
        let plain = TableBuilder(scenes: [("scene-0001", 2)])
        var other = plain
        other.options = options
        #expect(try plain.resolve() == other.resolve())
    }

    @Test(arguments: [
        "é", "\"quoted\\\"", "0123456789abcdef0123456789ABCDEF", "0123456789abcdef0123456789abcdefff", "a b", "..x",
        "\u{2603}",
    ])
    func anyTokenIsATokenAndNoneIsTakenForAnother(prefix: String) throws {
        var seen: [String: Int] = [:]
        let builder = TableBuilder(scenes: [("a", 2), ("b", 1)]) { text in
            // As short as can be, so that tokens differ in their last character only.
            let number = seen[text] ?? seen.count
            seen[text] = number
            return prefix + String(number)
        }
        let resolved = try builder.resolve()
        #expect(resolved.scenes.map(\.samples.count) == [2, 1])
        #expect(resolved.scenes[0].token.hasPrefix(prefix))
        #expect(Set(resolved.scenes.flatMap(\.samples).map(\.token)).count == 3)
    }

    @Test func upperAndLowerCaseTokensDiffer() {
        let low = "0123456789abcdef0123456789abcdef"
        #expect(TokenKey(low) != TokenKey(low.uppercased()))
        #expect(TokenKey(low) == .hex(0x0123_4567_89ab_cdef, 0x0123_4567_89ab_cdef))
        for text in [
            low, low.uppercased(), "", "00000000000000000000000000000000", String(low.dropLast()), low + "0", "é",
        ] {
            #expect(TokenKey(text).description == text)
        }
    }

    @Test func escapedTokensAreTheSameTokens() throws {
        var builder = TableBuilder(scenes: [("scene-0001", 1)])
        let text = String(decoding: try builder.bytes(of: "sample"), as: UTF8.self)
        let token = TableBuilder.hexToken("sample/scene-0001/0")
        let escaped = token.unicodeScalars.map { "\\u00" + String($0.value, radix: 16) }.joined()
        #expect(text.contains(token))
        builder.raw["sample"] = Array(text.replacingOccurrences(of: token, with: escaped).utf8)
        #expect(try builder.resolve().scenes[0].samples[0].token == token)
    }

    @Test func annotationsAreNotRead() throws {
        var builder = TableBuilder(scenes: [("scene-0001", 1)])
        builder.raw["sample_annotation"] = Array("not JSON".utf8)
        builder.raw["log"] = Array("not JSON".utf8)
        #expect(try builder.resolve().scenes.count == 1)
    }

    @Test func sensorsOtherThanTheSixCamerasMayLackWhatOnlyCamerasHave() throws {
        var builder = TableBuilder(scenes: [("scene-0001", 1)])
        let lidar = TableBuilder.hexToken("calibration/scene-0001/LIDAR_TOP")
        builder.edit("calibrated_sensor", where: { $0["token"] as? String == lidar }) { $0["camera_intrinsic"] = nil }
        builder.edit("sample_data", where: { $0["calibrated_sensor_token"] as? String == lidar }) {
            $0["width"] = NSNull()
            $0["height"] = nil
        }
        #expect(try builder.resolve().scenes.count == 1)
    }

    @Test func aSceneOfTheSplitIsNotDisturbedByAnother() throws {
        var builder = TableBuilder(scenes: [("scene-0103", 1), ("scene-0061", 1)])
        builder.raw["splits"] = Array(#"{"mine": ["scene-0061"], "bad": 3, "two": ["scene-0061", "scene-0103"]}"#.utf8)
        builder.images.removeAll { $0.contains("scene-0103") }
        #expect(try builder.resolve(split: "mine").scenes.map(\.name) == ["scene-0061"])
        let skipping = try builder.resolve(split: "two", options: ResolutionOptions(skipMissing: true))
        #expect(skipping.scenes.map(\.name) == ["scene-0061"])
        #expect(skipping.omitted.map(\.scene) == ["scene-0103"])
        #expect(skipping.omitted[0].problemCount == 6)
        #expect(skipping.omitted[0].reason.kind == .missingImage)
        #expect(skipping.omitted[0].description.hasPrefix("scene-0103 left out: scene scene-0103: "))
        #expect(try builder.resolve(split: "two", options: ResolutionOptions(imageCheck: .none)).scenes.count == 2)
    }

    @Test func absentScenesOfASplitAreLeftOutOrRefused() throws {
        let builder = TableBuilder(scenes: [("scene-0103", 1)])
        let skipping = try builder.resolve(split: "mini_val", options: ResolutionOptions(skipMissing: true))
        #expect(skipping.scenes.map(\.name) == ["scene-0103"])
        #expect(skipping.omitted.map(\.scene) == ["scene-0916"])
        let error = try #require(try builder.error(split: "mini_val"))
        #expect(error.problems.map(\.kind) == [.missingScene])
        #expect(error.description.contains("scene scene-0916"))
        #expect(error.description.contains("the split \"mini_val\" names this scene, but the table has no such scene"))
    }

    @Test func errorsListAFewProblemsAndCountAll() throws {
        var builder = TableBuilder(scenes: [("scene-0103", 3)])
        builder.images = []
        let error = try #require(try builder.error(options: ResolutionOptions(problemLimit: 4)))
        guard case .unresolvedScenes(let problems, let total) = error else {
            Issue.record("unexpected: \(error)")
            return
        }
        #expect(problems.count == 4)
        #expect(total == 18)
        #expect(error.description.contains("18 problems with the dataset's scenes"))
        #expect(error.description.contains("... and 14 more"))
    }

    @Test func earlierSamplesStopAtTheScenesBorder() {
        #expect((0..<4).map { SceneFrames.earlierSampleIndex(of: $0, back: 2) } == [0, 1, 0, 1])
        #expect((0..<4).map { SceneFrames.earlierSampleIndex(of: $0, back: 1) } == [0, 0, 1, 2])
    }
}
