import Foundation
import ImageFiles
import Scenes
import TestSupport
import Testing

@testable import Datasets

/// Pictures are compared with their tables while a dataset is resolved.
@Suite struct PictureSizeTests {
    /// Tables of small pictures, and the pictures; those of `small` scenes are of half the size.
    private static func dataset(_ scenes: [(String, Int)], halved: Set<String> = []) throws -> TemporaryFolder {
        var builder = TableBuilder(scenes: scenes)
        builder.tables["sample_data"] = builder.tables["sample_data"]?.map { row in
            var row = row
            if row["width"] as? Int != 0 { (row["width"], row["height"]) = (160, 90) }
            return row
        }
        let images = builder.images
        builder.images = []
        let folder = try TemporaryFolder()
        try builder.write(to: folder)
        for image in images {
            let isHalved = halved.contains { image.contains("/\($0)_") }
            try folder.write(image, jpeg(isHalved ? 80 : 160, isHalved ? 45 : 90))
        }
        return folder
    }

    private static func jpeg(_ width: Int, _ height: Int) throws -> [UInt8] {
        let pixels = [UInt8](repeating: 90, count: width * height * 3)
        return try JPEGEncoder().encode(RGBImage(width: width, height: height, pixels: pixels))
    }

    private static func resolve(
        _ folder: TemporaryFolder,
        _ check: PictureSizeCheck,
        skipMissing: Bool = false
    ) throws -> ResolvedDataset {
        let options = ResolutionOptions(skipMissing: skipMissing, pictureSizes: check)
        return try withExtendedLifetime(folder) {
            try NuScenesDataset.open(root: folder.path, version: "v1.0-test-made").resolve(options: options)
        }
    }

    @Test func picturesOfTheRightSizePass() throws {
        let folder = try Self.dataset([("a", 2), ("b", 1)])
        for check in PictureSizeCheck.allCases {
            let resolved = try Self.resolve(folder, check)
            #expect(resolved.scenes.count == 2 && resolved.unreadablePictures.isEmpty && resolved.omitted.isEmpty)
        }
    }

    @Test(arguments: [PictureSizeCheck.sample, .all])
    func aSceneOfHalvedPicturesIsAnErrorThatNamesBothSizes(check: PictureSizeCheck) throws {
        let folder = try Self.dataset([("a", 2), ("b", 2)], halved: ["b"])
        let error = #expect(throws: DatasetError.self) { try Self.resolve(folder, check) }
        let text = try #require(error).description
        #expect(error?.problems.map(\.kind) == [.pictureSize] && error?.problems.first?.scene == "b")
        for part in ["80 x 45", "160 x 90", "b_0.jpg", "CAM_FRONT_LEFT", "--rescale-intrinsics", "11 more pictures"] {
            #expect(text.contains(part), "\(part): \(text)")
        }
        #expect(try Self.resolve(folder, .none).scenes.count == 2)
    }

    /// What a sample of the pictures shows stands for pictures that nobody looked at, so nothing is left out because of it.
    @Test func scenesAreLeftOutOnlyWhereEveryPictureWasLookedAt() throws {
        let folder = try Self.dataset([("a", 1), ("b", 1)], halved: ["a"])
        let rest = try Self.resolve(folder, .all, skipMissing: true)
        #expect(rest.scenes.map(\.name) == ["b"] && rest.omitted.map(\.scene) == ["a"])
        #expect(throws: DatasetError.self) { try Self.resolve(folder, .sample, skipMissing: true) }
    }

    @Test func aSampleIsSpreadOverAllScenes() throws {
        let scenes = (0..<6).map { scene in
            SceneFrames(
                name: "s\(scene)",
                token: "t",
                samples: (0..<50).map { SampleFrames(token: "\($0)", timestamp_us: 0, cameras: [Self.noPicture]) }
            )
        }
        func survey(_ root: String) -> PictureSizes.Report {
            var survey = PictureSizeSurvey(root: root, check: .sample, samples: 300)
            for scene in scenes { survey.take(scene) }
            survey.compare()
            return survey.report
        }
        let report = survey("/none")
        #expect(report.unreadable.count == 5 && report.flaws.isEmpty)
        let folder = try TemporaryFolder()
        // 300 samples, a hundred of them looked at: every third of each scene.
        try folder.write("a.jpg", Self.jpeg(8, 8))
        let found = survey(folder.path)
        #expect(found.flaws.map(\.scene) == scenes.map(\.name))
        #expect(
            found.flaws.allSatisfy { $0.problem.found.contains("16 more") || $0.problem.found.contains("15 more") }
        )
    }

    private static let noPicture = CameraFrame(
        channel: "CAM_FRONT",
        imagePath: "a.jpg",
        width: 16,
        height: 9,
        timestamp_us: 0,
        intrinsics: [100, 0, 8, 0, 120, 4.5, 0, 0, 1],
        sensorToEgo: .identity,
        egoToGlobal: .identity
    )

    @Test func aPictureThatCannotBeReadIsToldAndStopsNothing() throws {
        let folder = try Self.dataset([("a", 1)])
        try folder.write("samples/CAM_BACK/a_0.jpg", Array("no picture".utf8))
        let resolved = try Self.resolve(folder, .sample)
        #expect(resolved.scenes.count == 1)
        #expect(resolved.unreadablePictures.map { ($0.file as NSString).lastPathComponent } == ["a_0.jpg"])
        #expect(resolved.unreadablePictures.first?.description.contains("CAM_BACK") == true)
    }

    @Test func intrinsicsFollowTheWidthAndTheHeight() {
        let camera = Self.noPicture
        #expect(camera.intrinsicsFloat32(ofWidth: 16, height: 9) == camera.intrinsicsFloat32)
        #expect(camera.intrinsicsFloat32(ofWidth: 8, height: 3) == [50, 0, 4, 0, 40, 1.5, 0, 0, 1])
    }

    @Test(arguments: ["width", "height"])
    func aTableWithoutASizeSaysSo(key: String) throws {
        var absent = TableBuilder(scenes: [("a", 1)])
        absent.edit("sample_data", where: { ($0["filename"] as? String)?.contains("CAM_FRONT/") == true }) {
            $0[key] = nil
        }
        let missing = try #require(try absent.error(options: ResolutionOptions(imageCheck: .none))).description
        #expect(missing.contains("key \"\(key)\"") && missing.contains("write the picture's size"), "\(missing)")
        var zero = TableBuilder(scenes: [("a", 1)])
        zero.edit("sample_data", where: { ($0["filename"] as? String)?.contains("CAM_FRONT/") == true }) { $0[key] = 0 }
        let none = try #require(try zero.error(options: ResolutionOptions(imageCheck: .none))).description
        #expect(none.contains("\(key) 0") && none.contains("how large the picture is"), "\(none)")
    }
}
