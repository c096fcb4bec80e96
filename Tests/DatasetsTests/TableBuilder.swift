import Foundation
import Scenes
import TestSupport

@testable import Datasets

/// A small nuScenes dataset as JSON values, to be bent by a test and written to a folder.
struct TableBuilder {
    typealias Row = [String: Any]

    /// The tables by name, each a list of rows.
    var tables: [String: [Row]] = [:]
    /// Image paths to write.
    var images: [String] = []
    /// Files of no bytes to write.
    var emptyFiles: [String] = []
    var version = "v1.0-test-made"
    /// How tables are laid out.
    var options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
    /// Files written as they are, in place of the tables of that name.
    var raw: [String: [UInt8]] = [:]

    /// Makes whole, legal tables.
    ///
    /// - Parameters:
    ///   - scenes: names and numbers of samples.
    ///   - makeToken: gives the token of a thing.
    init(scenes: [(name: String, samples: Int)], makeToken: (String) -> String = TableBuilder.hexToken) {
        let channels =
            ["LIDAR_TOP", "CAM_BACK", "CAM_FRONT"]
            + CameraOrder.published.filter { !["CAM_BACK", "CAM_FRONT"].contains($0) }
        for channel in channels {
            add(
                "sensor",
                [
                    "token": makeToken("sensor/\(channel)"), "channel": channel,
                    "modality": channel == "LIDAR_TOP" ? "lidar" : "camera",
                ]
            )
        }
        for (sceneIndex, scene) in scenes.enumerated() {
            let samples = (0..<scene.samples).map { makeToken("sample/\(scene.name)/\($0)") }
            add(
                "scene",
                [
                    "token": makeToken("scene/\(scene.name)"), "name": scene.name, "nbr_samples": scene.samples,
                    "first_sample_token": samples.first ?? "", "last_sample_token": samples.last ?? "",
                    "description": "made up, with \"quotes\", {brackets] and a snowman \u{2603}",
                ]
            )
            for (index, sample) in samples.enumerated().reversed() {
                add(
                    "sample",
                    [
                        "token": sample, "timestamp": 1_000_000 * (sceneIndex * 100 + index),
                        "prev": index > 0 ? samples[index - 1] : "",
                        "next": index + 1 < samples.count ? samples[index + 1] : "",
                        "scene_token": makeToken("scene/\(scene.name)"),
                    ]
                )
            }
            for (channelIndex, channel) in channels.enumerated() {
                let isCamera = channel != "LIDAR_TOP"
                let calibration = makeToken("calibration/\(scene.name)/\(channel)")
                add(
                    "calibrated_sensor",
                    [
                        "token": calibration, "sensor_token": makeToken("sensor/\(channel)"),
                        "translation": [1.5 + Double(channelIndex), -0.25, 1.0 / 3.0],
                        "rotation": [0.5, -0.5, 0.5, -0.5],
                        "camera_intrinsic": isCamera
                            ? [[1266.417203046554, 0, 816.2670197447984], [0, 1266.417203046554, 491.5], [0, 0, 1]] : []
                            ,
                    ]
                )
                for (index, sample) in samples.enumerated() {
                    for isKey in [true, false] {
                        let token = makeToken("data/\(scene.name)/\(channel)/\(index)/\(isKey)")
                        let path = "\(isKey ? "samples" : "sweeps")/\(channel)/\(scene.name)_\(index).jpg"
                        if isKey && isCamera { images.append(path) }
                        add(
                            "sample_data",
                            [
                                "token": token, "sample_token": sample, "ego_pose_token": "pose-" + token,
                                "calibrated_sensor_token": calibration, "timestamp": 7_000_000 + index,
                                "is_key_frame": isKey, "height": isCamera ? 900 : 0, "width": isCamera ? 1600 : 0,
                                "filename": path, "fileformat": "jpg", "prev": "", "next": "",
                            ]
                        )
                        add(
                            "ego_pose",
                            [
                                "token": "pose-" + token, "timestamp": 7_000_000 + index,
                                "translation": [411.3039349319818 + Double(index), 1180.8903791765097, 0],
                                "rotation": [
                                    0.5720320396729045, -0.0016977771610471074, 0.011798001930183783,
                                    -0.8201446642457809,
                                ],
                            ]
                        )
                    }
                }
            }
        }
    }

    /// 32 hexadecimal digits made from a text (FNV-1a, twice).
    static func hexToken(_ text: String) -> String {
        var digits = ""
        for seed: UInt64 in [0xcbf2_9ce4_8422_2325, 0x9e37_79b9_7f4a_7c15] {
            var hash = seed
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            let half = String(hash, radix: 16)
            digits += String(repeating: "0", count: 16 - half.count) + half
        }
        return digits
    }

    mutating func add(_ table: String, _ row: Row) { tables[table, default: []].append(row) }

    /// Changes the first row of a table that a condition picks.
    mutating func edit(
        _ table: String,
        where condition: (Row) -> Bool = { _ in true },
        _ change: (inout Row) -> Void
    ) {
        guard let index = tables[table]?.firstIndex(where: condition) else { return }
        change(&tables[table]![index])
    }

    /// The index of the first row that a condition picks.
    func index(_ table: String, where condition: (Row) -> Bool) -> Int? { tables[table]?.firstIndex(where: condition) }

    /// The bytes of a table.
    func bytes(of table: String) throws -> [UInt8] {
        try raw[table] ?? Array(JSONSerialization.data(withJSONObject: tables[table] ?? [], options: options))
    }

    /// Writes everything to a folder.
    func write(to folder: TemporaryFolder) throws {
        for name in Set(tables.keys).union(raw.keys) {
            try folder.write("\(version)/\(name).json", bytes(of: name))
        }
        for image in images { try folder.write(image, [0xFF, 0xD8, 0xFF, 0xE0]) }
        for file in emptyFiles { try folder.write(file, []) }
    }

    /// Writes everything to a new folder and resolves it.
    func resolve(split: String? = nil, options: ResolutionOptions = ResolutionOptions()) throws -> ResolvedDataset {
        let folder = try TemporaryFolder()
        try write(to: folder)
        return try withExtendedLifetime(folder) {
            try NuScenesDataset.open(root: folder.path, version: version).resolve(split: split, options: options)
        }
    }

    /// Writes everything to a new folder and reads the samples of a split.
    func tokens(ofSplit split: String?) throws -> [(scene: String, tokens: [String])] {
        let folder = try TemporaryFolder()
        try write(to: folder)
        return try withExtendedLifetime(folder) {
            try NuScenesDataset.open(root: folder.path, version: version).sampleTokens(ofSplit: split)
        }
    }

    /// The error that resolving gives, nil where it gives none.
    func error(split: String? = nil, options: ResolutionOptions = ResolutionOptions()) throws -> DatasetError? {
        do {
            _ = try resolve(split: split, options: options)
            return nil
        } catch let error as DatasetError {
            return error
        }
    }
}
