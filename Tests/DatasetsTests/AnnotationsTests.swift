import Foundation
import Scenes
import TestSupport
import Testing

@testable import Datasets

@Suite struct AnnotationTests {
    private func builder(_ scenes: [(name: String, samples: Int)] = [("a", 4), ("b", 2)]) -> TableBuilder {
        var builder = TableBuilder(scenes: scenes)
        builder.addAnnotations()
        return builder
    }

    @Test func boxesComeBySceneAndSample() throws {
        let scenes = try builder().annotations(of: ["b", "a"])
        #expect(scenes.map(\.name) == ["b", "a"])
        #expect(scenes.map { $0.samples.map(\.boxes.count) } == [[2, 1], [2, 1, 1, 1]])
        let samples = scenes[1].samples
        #expect(samples.map(\.token) == (0..<4).map { TableBuilder.hexToken("sample/a/\($0)") })
        // The builder writes a scene's samples last to first.
        #expect(samples.map(\.tableRow) == [3, 2, 1, 0] && scenes[0].samples.map(\.tableRow) == [5, 4])
        #expect(samples.map(\.timestamp_us) == [0, 1_000_000, 2_000_000, 3_000_000])
        #expect(samples.map(\.lidarEgoToGlobal.translation.x) == (0..<4).map { 411.3039349319818 + Double($0) })
        #expect(samples[0].boxes.map(\.category) == ["static_object.bicycle_rack", "vehicle.car"])
        let car = samples[2].boxes[0]
        #expect(car.token == "a/car@a/2" && car.attributes == ["vehicle.moving"])
        #expect(car.translation == SIMD3(2, 4, 1) && car.size == SIMD3(1.9, 4.5, 1.7))
        #expect(car.rotation == Quaternion(w: 0.8, x: 0, y: 0, z: 0.6))
        #expect(car.lidarPointCount == 7 && car.radarPointCount == 2)
        #expect(samples.map { $0.boxes.last?.velocity } == [SIMD3<Double>](repeating: SIMD3(1, 2, 0.5), count: 4))
        #expect(samples[0].boxes[0].velocity == nil && samples[0].boxes[0].attributes.isEmpty)
    }

    @Test(
        arguments: [
            (nil, 0, 1.5, 1.0), (nil, 0, 1.6, nil), (-1.5, 0, nil, 1.0), (-1.6, 0, nil, nil), (-1.5, 0, 1.4, 1.0),
            (-1.5, 0, 1.6, nil), (-2.9, 0, 0.05, 1.0), (nil, 0, nil, nil), (nil, 0, 0, nil),
        ] as [(Double?, Double, Double?, Double?)]
    )
    func velocitiesBridgeShortGaps(previous: Double?, current: Double, next: Double?, speed: Double?) throws {
        func moment(_ time: Double) -> BoxVelocity.Moment {
            BoxVelocity.Moment(
                translation: SIMD3(time, 0, -time),
                timestamp_us: 10_000_000 + Int64((time * 1e6).rounded())
            )
        }
        let velocity = BoxVelocity.estimate(
            previous: previous.map(moment),
            current: moment(current),
            next: next.map(moment)
        )
        #expect((velocity == nil) == (speed == nil), "\(String(describing: velocity))")
        if let velocity, let speed { #expect(abs(velocity.x - speed) < 1e-8 && abs(velocity.z + speed) < 1e-8) }
    }

    @Test(arguments: [[], [.prettyPrinted], [.sortedKeys]] as [JSONSerialization.WritingOptions])
    func layoutDoesNotMatter(options: JSONSerialization.WritingOptions) throws {
        let plain = builder()
        var other = plain
        other.options = options
        #expect(try plain.annotations(of: ["a"]) == other.annotations(of: ["a"]))
    }

    @Test func rowsOfAnySizeAndManyAttributesAreRead() throws {
        var changed = builder()
        // One row is longer than the window in which lists are read; those after it are still found.
        changed.editBox("a/rack@a/0") {
            $0["note"] = String(repeating: "x]}\"{\\", count: 120_000)
            $0["attribute_tokens"] = ["attribute/vehicle.parked", "attribute/vehicle.moving"]
        }
        changed.editBox("a/car@a/1") { $0["zz"] = ["attribute_tokens": ["none", 3, NSNull()]] }
        let samples = try changed.annotations(of: ["a"])[0].samples
        #expect(samples[0].boxes[0].attributes == ["vehicle.parked", "vehicle.moving"])
        #expect(samples.dropFirst().allSatisfy { $0.boxes[0].attributes == ["vehicle.moving"] })
    }

    @Test func escapedKeysAndTokensAreTheSame() throws {
        var changed = builder()
        let text = String(decoding: try changed.bytes(of: "sample_annotation"), as: UTF8.self)
        let escaped = text.replacingOccurrences(of: "\"attribute_tokens\"", with: "\"attribute\\u005ftokens\"")
            .replacingOccurrences(of: "attribute/vehicle.moving", with: "attribute\\/vehicle\\u002emoving")
        #expect(escaped != text)
        changed.raw["sample_annotation"] = Array(escaped.utf8)
        #expect(try changed.annotations(of: ["a", "b"]) == builder().annotations(of: ["a", "b"]))
    }

    @Test func otherScenesAreNotJudged() throws {
        var changed = builder()
        changed.editBox("b/car@b/0") {
            $0["instance_token"] = "nothing"
            $0["attribute_tokens"] = 3
            $0["next"] = "nowhere"
        }
        #expect(try changed.annotations(of: ["a"]) == builder().annotations(of: ["a"]))
        #expect(try changed.annotationProblem(of: ["b"])?.kind == .danglingToken)
    }

    @Test(
        arguments: [
            ("attribute_tokens", ["nothing"], .danglingToken), ("attribute_tokens", 3, .wrongType),
            ("attribute_tokens", [3], .wrongType), ("attribute_tokens", [["x"]], .wrongType),
            ("attribute_tokens", nil, .missingKey), ("instance_token", "nothing", .danglingToken),
            ("sample_token", "nothing", .danglingToken), ("prev", "nothing", .danglingToken),
            ("next", "b/car@b/0", .danglingToken), ("size", [1, 2], .wrongType), ("rotation", [1, 0, 0], .wrongType),
            ("translation", "x", .wrongType), ("num_lidar_pts", -2, .badNumber), ("num_radar_pts", 1.5, .wrongType),
            ("token", "a/car@a/2", .duplicateToken),
        ] as [(String, (any Sendable)?, DatasetProblem.Kind)]
    )
    func wrongRowsAreNamed(key: String, value: (any Sendable)?, kind: DatasetProblem.Kind) throws {
        var changed = builder()
        changed.editBox("a/car@a/1") { $0[key] = value }
        let problem = try #require(try changed.annotationProblem(of: ["a"]))
        #expect(problem.kind == kind, "\(problem)")
        #expect(problem.file.hasSuffix("/sample_annotation.json") && problem.row != nil)
    }

    @Test func resolvedScenesSpareTheLargeTablesAndGiveTheSame() throws {
        func read(_ builder: TableBuilder) throws -> [SceneAnnotations]? {
            let folder = try TemporaryFolder()
            try builder.write(to: folder)
            return try withExtendedLifetime(folder) {
                let dataset = try NuScenesDataset.open(root: folder.path, version: builder.version)
                let options = ResolutionOptions(imageCheck: .none)
                return try AnnotationTables.read(dataset, of: dataset.resolve(options: options).scenes)
            }
        }
        let whole = builder()
        #expect(try read(whole) == whole.annotations(of: ["a", "b"]))
        // As in nuScenes' test split: no annotations, or no such table.
        var bare = whole
        bare.tables["sample_annotation"] = []
        bare.tables["instance"] = []
        #expect(try read(bare) == nil)
        bare.tables["sample_annotation"] = nil
        #expect(try read(bare) == nil)
        var blind = whole
        let token = TableBuilder.hexToken("data/a/LIDAR_TOP/1/true")
        blind.edit("sample_data", where: { $0["token"] as? String == token }) { $0["is_key_frame"] = false }
        #expect {
            try read(blind)
        } throws: { error in
            "\(error)".contains("no single keyframe of LIDAR_TOP")
        }
    }

    @Test func wrongTablesAreNamed() throws {
        func problem(_ change: (inout TableBuilder) -> Void) throws -> DatasetProblem? {
            var changed = builder()
            change(&changed)
            return try changed.annotationProblem(of: ["a", "b"])
        }
        let lidarData = TableBuilder.hexToken("data/a/LIDAR_TOP/1/true")
        func isLidar(_ row: TableBuilder.Row) -> Bool { row["token"] as? String == lidarData }
        func isPose(_ row: TableBuilder.Row) -> Bool { row["token"] as? String == "pose-" + lidarData }
        #expect(try problem { _ in } == nil)
        #expect(try problem { $0.edit("instance") { $0["category_token"] = "x" } }?.kind == .danglingToken)
        #expect(try problem { $0.edit("attribute") { $0["name"] = nil } }?.kind == .missingKey)
        #expect(
            try problem { $0.edit("category") { $0["token"] = "category/static_object.bicycle_rack" } }?.kind
                == .duplicateToken
        )
        #expect(try problem { $0.tables["attribute"] = nil }?.kind == .missingTable)
        #expect(try problem { $0.tables["sample_annotation"] = nil }?.kind == .missingTable)
        #expect(
            try problem { $0.edit("sample_data", where: isLidar) { $0["is_key_frame"] = false } }?.kind
                == .missingCamera
        )
        #expect(
            try problem { $0.edit("sample_data", where: isLidar) { $0["sample_token"] = "x" } }?.kind == .danglingToken
        )
        let other = TableBuilder.hexToken("sample/a/0")
        #expect(
            try problem { $0.edit("sample_data", where: isLidar) { $0["sample_token"] = other } }?.kind
                == .duplicateCamera
        )
        #expect(try problem { $0.edit("ego_pose", where: isPose) { $0["token"] = "x" } }?.kind == .danglingToken)
        #expect(
            try problem { $0.edit("ego_pose", where: isPose) { $0["rotation"] = [1, 1, 0, 0] } }?.kind == .badRotation
        )
        #expect(try problem { $0.edit("sensor") { $0["channel"] = "LIDAR_BOTTOM" } }?.kind == .missingCamera)
        #expect(try builder().annotationProblem(of: ["a", "c"])?.kind == .missingScene)
        #expect(try builder().annotationProblem(of: ["a", "a"])?.kind == .duplicateScene)
        #expect(try builder().annotations(of: []).isEmpty)
    }

    @Test func listsAreFoundOrCalledWhatTheyAre() {
        func parse(_ text: String) -> TextListParser.Result {
            Array(text.utf8).withUnsafeBytes { TextListParser.list(of: "k", in: $0) }
        }
        #expect(parse(#"{"k":["a", "b\"]"] , "x":1} tail"#) == .list(["a", "b\"]"]))
        #expect(parse(#"{"x":{"k":["no"]},"y":"}","k":[],"z":[[1],{}]}"#) == .list([]))
        #expect(parse("{}") == .absent && parse(#"{"kk":["a"]}"#) == .absent)
        #expect(parse(#"{"k":[],"k":[]}"#) == .twice)
        #expect(parse(#"{"k":["a",]}"#) == .wrongType && parse(#"{"k":{}}"#) == .wrongType && parse("[]") == .wrongType)
        let whole = #"{"x":[1,{"y":null}],"k":["a\\","b"],"z":true}"#
        for length in 0..<whole.utf8.count {
            #expect(parse(String(whole.prefix(length))) == .cutOff, "\(length)")
        }
        #expect(parse(whole) == .list(["a\\", "b"]))
    }

    @Test func damageAnywhereNeverTraps() throws {
        let builder = builder()
        let folder = try TemporaryFolder()
        try builder.write(to: folder)
        let dataset = try NuScenesDataset.open(root: folder.path, version: builder.version)
        var random = SeededGenerator(seed: 20_260_202)
        var refused = 0
        for table in ["category", "instance", "attribute", "sample_annotation"] {
            let whole = try builder.bytes(of: table)
            for _ in 0..<200 {
                var bytes = whole
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
                try folder.write("\(builder.version)/\(table).json", bytes)
                do { _ = try AnnotationTables.read(dataset, scenes: ["a", "b"]) } catch { refused += 1 }
            }
            try folder.write("\(builder.version)/\(table).json", whole)
        }
        #expect(refused > 200, "seed \(random.seed): only \(refused) of 800 damaged tables were refused")
    }
}
