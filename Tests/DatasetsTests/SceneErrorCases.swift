import Foundation

@testable import Datasets

/// What can be wrong with one scene, so that the others are still of use.
enum SceneErrorCases {
    typealias Case = TableErrorTests.Case

    static let all: [Case] = chain + cameras + calibration + images

    private static func scene1(
        _ name: String,
        _ kind: DatasetProblem.Kind,
        _ file: String,
        _ texts: [String],
        _ bend: @escaping @Sendable (inout TableBuilder) throws -> Void
    ) -> Case {
        Case(name, kind, file, texts + ["scene scene-0001: "], isOneScene: true, bend)
    }

    static let sample0 = TableBuilder.hexToken("sample/scene-0001/0")
    static let sample1 = TableErrorTests.sample1

    private static let chain: [Case] = [
        scene1(
            "dangling first sample",
            .danglingToken,
            "scene.json",
            ["row 0", "first_sample_token \"gone\" is not in"]
        ) {
            $0.edit("scene") { $0["first_sample_token"] = "gone" }
        },
        scene1("no first sample", .brokenChain, "scene.json", ["row 0", "the scene has no first sample"]) {
            $0.edit("scene") { $0["first_sample_token"] = "" }
        },
        scene1(
            "dangling next",
            .danglingToken,
            "sample.json",
            ["token \(sample0)", "next \"gone\" is not in sample.json"]
        ) {
            $0.edit("sample", where: { $0["token"] as? String == sample0 }) { $0["next"] = "gone" }
        },
        scene1("circle", .cyclicChain, "sample.json", ["token \(sample1)", "next leads back to \(sample0)"]) {
            $0.edit("sample", where: TableErrorTests.isSample1) { $0["next"] = sample0 }
        },
        scene1("circle of one", .cyclicChain, "sample.json", ["token \(sample0)", "runs in a circle"]) {
            $0.edit("sample", where: { $0["token"] as? String == sample0 }) { $0["next"] = sample0 }
        },
        scene1(
            "wrong prev",
            .brokenChain,
            "sample.json",
            ["token \(sample1)", "prev is \"\" where the chain came from"]
        ) {
            $0.edit("sample", where: TableErrorTests.isSample1) { $0["prev"] = "" }
        },
        scene1("sample of another scene", .brokenChain, "sample.json", ["does not belong to"]) {
            let other = TableBuilder.hexToken("sample/scene-0002/0")
            $0.edit("sample", where: TableErrorTests.isSample1) { $0["next"] = other }
        },
        scene1("sample off the chain", .brokenChain, "scene.json", ["chain has 1 samples, but 2 rows"]) {
            $0.edit("sample", where: { $0["token"] as? String == sample0 }) { $0["next"] = "" }
        },
        scene1("wrong last sample", .brokenChain, "scene.json", ["not at last_sample_token \"\(sample0)\""]) {
            $0.edit("scene") { $0["last_sample_token"] = sample0 }
        },
        scene1(
            "wrong number of samples",
            .brokenChain,
            "scene.json",
            ["nbr_samples is 40, but the chain has 2 samples"]
        ) {
            $0.edit("scene") { $0["nbr_samples"] = 40 }
        },
        scene1("sample token with a slash", .unusableName, "sample.json", ["token ../up", "cannot name a file"]) {
            for table in $0.tables.keys {
                for index in $0.tables[table]!.indices {
                    for (key, value) in $0.tables[table]![index] where value as? String == sample1 {
                        $0.tables[table]![index][key] = "../up"
                    }
                }
            }
        },
    ]

    private static let cameras: [Case] = [
        scene1(
            "missing camera",
            .missingCamera,
            "sample_data.json",
            ["token \(sample0)", "no keyframe image of CAM_FRONT"]
        ) {
            $0.edit("sample_data", where: TableErrorTests.isFrontImage) { $0["is_key_frame"] = false }
        },
        scene1(
            "two images of a camera",
            .duplicateCamera,
            "sample_data.json",
            ["more than one keyframe image of CAM_FRONT"]
        ) {
            var row = $0.tables["sample_data"]![$0.index("sample_data", where: TableErrorTests.isFrontImage)!]
            row["token"] = "another"
            $0.add("sample_data", row)
        },
        scene1("dangling pose", .danglingToken, "sample_data.json", ["ego_pose_token \"gone\" is not in ego_pose.json"])
        {
            $0.edit("sample_data", where: TableErrorTests.isFrontImage) { $0["ego_pose_token"] = "gone" }
        },
    ]

    private static let calibration: [Case] = [
        scene1("no intrinsics", .badCalibration, "calibrated_sensor.json", ["camera_intrinsic is missing or empty"]) {
            $0.edit("calibrated_sensor", where: TableErrorTests.isFront) { $0["camera_intrinsic"] = [Double]() }
        },
        scene1("nine numbers in a row", .badCalibration, "calibrated_sensor.json", ["not a 3 x 3 matrix"]) {
            $0.edit("calibrated_sensor", where: TableErrorTests.isFront) {
                $0["camera_intrinsic"] = [1, 0, 0, 0, 1, 0, 0, 0, 1]
            }
        },
        scene1("singular intrinsics", .badCalibration, "calibrated_sensor.json", ["is singular: its determinant is 0"])
        {
            $0.edit("calibrated_sensor", where: TableErrorTests.isFront) {
                $0["camera_intrinsic"] = [[1000, 0, 800], [0, 0, 450], [0, 0, 1]]
            }
        },
        scene1("sensor rotation", .badRotation, "calibrated_sensor.json", ["not a unit quaternion: its norm is 2.0"]) {
            $0.edit("calibrated_sensor", where: TableErrorTests.isFront) { $0["rotation"] = [0, 2, 0, 0] }
        },
        scene1(
            "ego rotation",
            .badRotation,
            "ego_pose.json",
            ["token pose-", "not a unit quaternion: its norm is 0.0"]
        ) {
            $0.edit("ego_pose", where: TableErrorTests.isFrontPose) { $0["rotation"] = [0, 0, 0, 0] }
        },
    ]

    private static let frontPath = "samples/CAM_FRONT/scene-0001_0.jpg"

    private static let images: [Case] = [
        scene1("no width", .badNumber, "sample_data.json", ["width 0 and height 900 do not say how large"]) {
            $0.edit("sample_data", where: TableErrorTests.isFrontImage) { $0["width"] = 0 }
        },
        scene1("absolute path", .unsafePath, "sample_data.json", ["filename \"/etc/passwd\": the path is absolute"]) {
            $0.edit("sample_data", where: TableErrorTests.isFrontImage) { $0["filename"] = "/etc/passwd" }
        },
        scene1(
            "path upwards",
            .unsafePath,
            "sample_data.json",
            ["filename \"samples/../../x.jpg\": ", "\"..\" component"]
        ) {
            $0.edit("sample_data", where: TableErrorTests.isFrontImage) { $0["filename"] = "samples/../../x.jpg" }
        },
        scene1("empty path", .unsafePath, "sample_data.json", ["the path is empty"]) {
            $0.edit("sample_data", where: TableErrorTests.isFrontImage) { $0["filename"] = "" }
        },
        scene1("zero in a path", .unsafePath, "sample_data.json", ["the path has a control character"]) {
            $0.edit("sample_data", where: TableErrorTests.isFrontImage) { $0["filename"] = "samples/a\u{0}b.jpg" }
        },
        scene1("missing image", .missingImage, "sample_data.json", ["\(frontPath): the image file does not exist"]) {
            $0.images.removeAll { $0 == frontPath }
        },
        scene1("empty image", .badImage, "sample_data.json", ["sweeps/empty.jpg: the image file is empty (0 bytes)"]) {
            $0.edit("sample_data", where: TableErrorTests.isFrontImage) { $0["filename"] = "sweeps/empty.jpg" }
            $0.emptyFiles.append("sweeps/empty.jpg")
        },
        scene1("folder for an image", .badImage, "sample_data.json", ["the image is not a regular file"]) {
            $0.edit("sample_data", where: TableErrorTests.isFrontImage) { $0["filename"] = "samples/CAM_FRONT" }
        },
        scene1("text for an image", .badImage, "sample_data.json", ["starts neither as a JPEG nor as a PNG file does"])
        {
            let version = $0.version
            $0.edit("sample_data", where: TableErrorTests.isFrontImage) { $0["filename"] = "\(version)/scene.json" }
        },
    ]
}
