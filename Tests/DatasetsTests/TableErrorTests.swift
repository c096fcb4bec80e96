import Foundation
import Scenes
import TestSupport
import Testing

@testable import Datasets

/// Every way in which tables can be wrong, with what the error says.
@Suite struct TableErrorTests {
    /// A bent dataset and what is expected of its error.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var kind: DatasetProblem.Kind
        /// The file that the error names.
        var file: String
        /// Parts of the error's text.
        var texts: [String]
        /// Whether the rest of the dataset is still of use with `skipMissing`.
        var isOneScene: Bool
        var bend: @Sendable (inout TableBuilder) throws -> Void

        init(
            _ name: String,
            _ kind: DatasetProblem.Kind,
            _ file: String,
            _ texts: [String],
            isOneScene: Bool = false,
            _ bend: @escaping @Sendable (inout TableBuilder) throws -> Void
        ) {
            (self.name, self.kind, self.file, self.texts) = (name, kind, file, texts)
            (self.isOneScene, self.bend) = (isOneScene, bend)
        }

        var testDescription: String { name }
    }

    static func token(_ text: String) -> String { TableBuilder.hexToken(text) }
    static let sample1 = token("sample/scene-0001/1")
    static let front = token("calibration/scene-0001/CAM_FRONT")
    static let frontImage = token("data/scene-0001/CAM_FRONT/0/true")

    static func isFront(_ row: TableBuilder.Row) -> Bool { row["token"] as? String == front }
    static func isFrontImage(_ row: TableBuilder.Row) -> Bool { row["token"] as? String == frontImage }
    static func isFrontPose(_ row: TableBuilder.Row) -> Bool { row["token"] as? String == "pose-" + frontImage }
    static func isSample1(_ row: TableBuilder.Row) -> Bool { row["token"] as? String == sample1 }

    static let tableCases: [Case] = [
        Case("missing table", .missingTable, "ego_pose.json", ["cannot open the table: No such file"]) {
            $0.tables["ego_pose"] = nil
        },
        Case("empty table", .truncatedTable, "sample.json", ["byte 0", "the file is empty"]) { $0.raw["sample"] = [] },
        Case("byte-order mark", .brokenTable, "sample.json", ["byte 0", "UTF-8 byte-order mark (EF BB BF)"]) {
            $0.raw["sample"] = [0xEF, 0xBB, 0xBF] + (try $0.bytes(of: "sample"))
        },
        Case("UTF-16", .brokenTable, "scene.json", ["UTF-16 byte-order mark"]) {
            $0.raw["scene"] = [0xFF, 0xFE, 0x5B, 0, 0x5D, 0]
        },
        Case("not an array", .brokenTable, "sample.json", ["byte 0", "does not start with '['"]) {
            $0.raw["sample"] = Array("{}".utf8)
        },
        Case("row is not an object", .brokenTable, "sample.json", ["row 0", "byte 1", "a row is not an object"]) {
            $0.raw["sample"] = Array("[3]".utf8)
        },
        Case("text after the end", .brokenTable, "sample.json", ["something follows the end of the table"]) {
            $0.raw["sample"] = try $0.bytes(of: "sample") + Array(" x".utf8)
        },
        Case("rows without comma", .brokenTable, "sensor.json", ["row 1", "neither ',' nor ']'"]) {
            let rows = String(decoding: try $0.bytes(of: "sensor"), as: UTF8.self)
            $0.raw["sensor"] = Array(rows.replacingOccurrences(of: "},{", with: "} {").utf8)
        },
        Case("not UTF-8", .brokenTable, "scene.json", ["row 0", "byte 1", "the row is not UTF-8"]) {
            var bytes = try $0.bytes(of: "scene")
            bytes[bytes.firstIndex(of: UInt8(ascii: "q"))!] = 0xFF
            $0.raw["scene"] = bytes
        },
        Case("brackets crossed", .brokenTable, "sensor.json", ["row 0", "byte 2", "does not match"]) {
            $0.raw["sensor"] = Array("[{]}".utf8)
        },
        Case("missing key", .missingKey, "sample_data.json", ["key \"is_key_frame\": the key is missing", "row "]) {
            $0.edit("sample_data", where: isFrontImage) { $0["is_key_frame"] = nil }
        },
        Case("missing key of a camera", .missingKey, "sample_data.json", ["key \"width\"", "token \(frontImage)"]) {
            $0.edit("sample_data", where: isFrontImage) { $0["width"] = NSNull() }
        },
        Case("doubled key", .duplicateKey, "sample.json", ["key \"token\": the key is there twice", "byte 14"]) {
            $0.raw["sample"] = Array(#"[{"token":"a","token":"b"}]"#.utf8)
        },
        Case("wrong type: text", .wrongType, "scene.json", ["row 0", "key \"name\": the value is not a string"]) {
            $0.edit("scene") { $0["name"] = 61 }
        },
        Case("wrong type: integer", .wrongType, "sample.json", ["key \"timestamp\": the value is not an integer"]) {
            $0.edit("sample") { $0["timestamp"] = "soon" }
        },
        Case("wrong type: boolean", .wrongType, "sample_data.json", ["row 0", "neither true nor false"]) {
            $0.edit("sample_data") { $0["is_key_frame"] = "yes" }
        },
        Case("wrong type: numbers", .wrongType, "ego_pose.json", ["row 0", "not an array of numbers"]) {
            $0.edit("ego_pose") { $0["rotation"] = 1 }
        },
        Case("three numbers for four", .wrongType, "ego_pose.json", ["\"rotation\" holds 3 numbers instead of 4"]) {
            $0.edit("ego_pose", where: isFrontPose) { $0["rotation"] = [1, 0, 0] }
        },
        Case("not a number", .badNumber, "calibrated_sensor.json", ["key \"translation\"", "NaN or infinite"]) {
            let text = String(decoding: try $0.bytes(of: "calibrated_sensor"), as: UTF8.self)
            $0.raw["calibrated_sensor"] = Array(text.replacingOccurrences(of: "-0.25", with: "NaN").utf8)
        },
        Case("too large a number", .badNumber, "calibrated_sensor.json", ["malformed or out of range"]) {
            let text = String(decoding: try $0.bytes(of: "calibrated_sensor"), as: UTF8.self)
            $0.raw["calibrated_sensor"] = Array(text.replacingOccurrences(of: "-0.25", with: "1e999").utf8)
        },
        Case("duplicate scene token", .duplicateToken, "scene.json", ["row 1", "an earlier row has the same token"]) {
            $0.tables["scene"]![1]["token"] = $0.tables["scene"]![0]["token"]
        },
        Case("duplicate sample token", .duplicateToken, "sample.json", ["row 3", "token \(sample1)"]) {
            $0.add("sample", $0.tables["sample"]![$0.index("sample", where: isSample1)!])
        },
        Case("duplicate sensor token", .duplicateToken, "sensor.json", ["row 7"]) {
            $0.add("sensor", $0.tables["sensor"]![0])
        },
        Case("duplicate calibration token", .duplicateToken, "calibrated_sensor.json", ["token \(front)"]) {
            $0.add("calibrated_sensor", $0.tables["calibrated_sensor"]![$0.index("calibrated_sensor", where: isFront)!])
        },
        Case("duplicate image token", .duplicateToken, "sample_data.json", ["token \(frontImage)"]) {
            $0.add("sample_data", $0.tables["sample_data"]![$0.index("sample_data", where: isFrontImage)!])
        },
        Case("duplicate pose token", .duplicateToken, "ego_pose.json", ["token pose-\(frontImage)"]) {
            $0.add("ego_pose", $0.tables["ego_pose"]![$0.index("ego_pose", where: isFrontPose)!])
        },
        Case("duplicate scene name", .duplicateScene, "scene.json", ["row 1", "also named scene-0001"]) {
            $0.tables["scene"]![1]["name"] = "scene-0001"
        },
        Case("scene name with a slash", .unusableName, "scene.json", ["row 0", "\"../x\" cannot name a file"]) {
            $0.edit("scene") { $0["name"] = "../x" }
        },
        Case("dangling scene", .danglingToken, "sample.json", ["scene_token \"gone\" is not in scene.json"]) {
            $0.edit("sample", where: isSample1) { $0["scene_token"] = "gone" }
        },
        Case(
            "dangling sensor",
            .danglingToken,
            "calibrated_sensor.json",
            ["sensor_token \"gone\" is not in sensor.json"]
        ) {
            $0.edit("calibrated_sensor", where: isFront) { $0["sensor_token"] = "gone" }
        },
        Case(
            "dangling calibration",
            .danglingToken,
            "sample_data.json",
            ["token \(frontImage)", "calibrated_sensor_token \"gone\" is not in calibrated_sensor.json"]
        ) {
            $0.edit("sample_data", where: isFrontImage) { $0["calibrated_sensor_token"] = "gone" }
        },
        Case("dangling sample", .danglingToken, "sample_data.json", ["sample_token \"gone\" is not in sample.json"]) {
            $0.edit("sample_data", where: isFrontImage) { $0["sample_token"] = "gone" }
        },
    ]

    @Test(arguments: tableCases + SceneErrorCases.all)
    func eachIsNamed(_ bent: Case) throws {
        var builder = TableBuilder(scenes: [("scene-0001", 2), ("scene-0002", 1)])
        try bent.bend(&builder)
        let error = try #require(try builder.error(options: ResolutionOptions(imageCheck: .signature)))
        let problem = try #require(error.problems.first)
        #expect(problem.kind == bent.kind, "\(error)")
        #expect(problem.file.hasSuffix(bent.file), "\(error)")
        for text in bent.texts { #expect(problem.description.contains(text), "\(error)") }
        #expect(!problem.advice.isEmpty)
        if case .unresolvedScenes = error {
            #expect(bent.isOneScene, "\(error)")
            #expect(problem.scene == "scene-0001")
            let options = ResolutionOptions(skipMissing: true, imageCheck: .signature)
            let rest = try builder.resolve(options: options)
            #expect(rest.scenes.map(\.name) == ["scene-0002"])
            #expect(rest.omitted.map(\.scene) == ["scene-0001"])
            #expect(rest.omitted.first?.reason == problem.relocated(like: rest.omitted.first?.reason))
        } else {
            #expect(!bent.isOneScene, "\(error)")
        }
    }

    @Test func offsetsPointAtTheValue() throws {
        var builder = TableBuilder(scenes: [("scene-0001", 1)])
        builder.edit("ego_pose", where: Self.isFrontPose) { $0["rotation"] = ["here"] }
        let bytes = try builder.bytes(of: "ego_pose")
        let problem = try #require(try builder.error()?.problems.first)
        let offset = try #require(problem.byteOffset)
        #expect(String(decoding: bytes[Int(offset)...].prefix(6), as: UTF8.self) == "\"here\"")
        #expect(problem.row == builder.index("ego_pose", where: Self.isFrontPose))
    }

    @Test func aMissingFolderIsNamed() throws {
        let folder = try TemporaryFolder()
        #expect {
            try NuScenesDataset.open(root: folder.path, version: "v1.0-mini")
        } throws: { error in
            "\(error)".contains("\(folder.path)/v1.0-mini: there is no such folder of tables")
        }
        for version in ["../x", "", ".", "a/b"] {
            #expect {
                try NuScenesDataset.open(root: folder.path, version: version)
            } throws: { error in
                (error as? DatasetError)?.problems.first?.kind == .unsafePath
            }
        }
    }

    @Test(arguments: ["scene", "sample", "sensor", "calibrated_sensor", "sample_data", "ego_pose"])
    func truncationAtEveryLengthIsAnError(table: String) throws {
        var builder = TableBuilder(scenes: [("scene-0001", 1)])
        let whole = try builder.bytes(of: table)
        let folder = try TemporaryFolder()
        try builder.write(to: folder)
        let options = ResolutionOptions(imageCheck: .none)
        // The two large tables are cut at every length of their first rows and of their end.
        let lengths = Set(0..<min(whole.count, 1_500)).union(max(0, whole.count - 200)..<whole.count)
        for length in lengths {
            try folder.write("\(builder.version)/\(table).json", Array(whole[..<length]))
            #expect {
                try NuScenesDataset.open(root: folder.path, version: builder.version).resolve(options: options)
            } throws: { error in
                let problem = (error as? DatasetError)?.problems.first
                return problem?.kind == .truncatedTable && problem?.file.hasSuffix("/\(table).json") == true
                    && problem?.byteOffset == UInt64(length)
            }
        }
        builder.raw[table] = whole + Array(" \n\t\r".utf8)
        #expect(try builder.resolve().scenes.count == 1)
    }

    @Test func damageAnywhereNeverTraps() throws {
        let builder = TableBuilder(scenes: [("scene-0001", 1)])
        let folder = try TemporaryFolder()
        try builder.write(to: folder)
        var random = SeededGenerator(seed: 20_260_101)
        var refused = 0
        for table in ["scene", "sample", "sensor", "calibrated_sensor", "sample_data", "ego_pose"] {
            let whole = try builder.bytes(of: table)
            for _ in 0..<300 {
                var bytes = whole
                for _ in 0...Int(random.next() % 3) {
                    bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
                }
                try folder.write("\(builder.version)/\(table).json", bytes)
                do {
                    _ = try NuScenesDataset.open(root: folder.path, version: builder.version).resolve()
                } catch {
                    // Anything but a DatasetError would not compile into this branch: the throw is typed.
                    refused += 1
                }
            }
            try folder.write("\(builder.version)/\(table).json", whole)
        }
        #expect(refused > 500, "seed \(random.seed): only \(refused) of 1800 damaged tables were refused")
    }
}

extension DatasetProblem {
    /// The same problem as found in another copy of the dataset: temporary folders differ in name.
    func relocated(like other: DatasetProblem?) -> DatasetProblem {
        var copy = self
        guard let other else { return copy }
        copy.file = other.file
        copy.advice = other.advice
        return copy
    }
}
