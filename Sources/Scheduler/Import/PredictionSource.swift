internal import ArrayFiles
internal import CommandSupport
internal import Evaluation
internal import Foundation
internal import RunContract
internal import Scenes
internal import Scoring
internal import SystemSupport

/// Predictions that another program made: a nuScenes results file, or a folder of `.npz` files.
enum PredictionSource: Sendable {
    /// Boxes by sample token, and what they were made from.
    case boxes([String: [DetectionBox]], inputs: DetectionInputs)
    /// A folder of voxel labels, one file a sample.
    case labels(folder: String)

    /// The places of a sample's labels in a folder, in the order in which they are looked for.
    ///
    /// These are the files that `export` writes in its four forms, with or without the folder `gts`.
    static func labelPaths(folder: String, scene: String, token: String) -> [String] {
        [
            "\(token).npz", "\(scene)/\(token)/pred.npz", "\(scene)/\(token)/labels.npz",
            "gts/\(scene)/\(token)/labels.npz",
        ]
        .map { "\(folder)/\($0)" }
    }

    /// Opens a file or folder.
    ///
    /// - Throws: `FileError`, `EvaluationError` for a broken results file, `CommandFailure` where nothing is there.
    static func open(_ path: String) throws -> PredictionSource {
        var isFolder: ObjCBool = false
        guard try Folders.isPresent(path) else {
            throw CommandFailure(
                .configuration,
                "there is no '\(path)'; give a nuScenes results file (results_nusc.json) or a folder of .npz files"
            )
        }
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if isFolder.boolValue { return .labels(folder: path) }
        var boxes: [String: [DetectionBox]] = [:]
        let inputs = try DetectionResultsReader.read(path) { boxes[$0] = $1 }
        return .boxes(boxes, inputs: inputs)
    }

    /// Whether there is a prediction of a sample.
    ///
    /// - Throws: `FileError` where that cannot be told.
    func has(scene: String, token: String) throws -> Bool {
        switch self {
        case .boxes(let boxes, _): boxes[token] != nil
        case .labels(let folder):
            try Self.labelPaths(folder: folder, scene: scene, token: token).contains(where: Folders.isPresent)
        }
    }

    /// The labels of a sample from its file.
    ///
    /// - Throws: `CommandFailure` naming sample and file, for no file, another shape or type, or a label beyond 17.
    static func labels(folder: String, scene: String, token: String) throws -> [UInt8] {
        let paths = labelPaths(folder: folder, scene: scene, token: token)
        guard let path = try paths.first(where: Folders.isPresent) else {
            throw CommandFailure(
                .configuration,
                "there is no prediction of sample '\(token)'; looked for \(paths.joined(separator: ", "))"
            )
        }
        let names = ["pred", "semantics", "arr_0"]
        do {
            let limits = NPZArchive.Limits(entries: 64, arrayBytes: 1 << 24, totalBytes: 1 << 26)
            let archive = try NPZArchive(contentsOf: path, only: Set(names), limits: limits)
            guard let name = names.first(where: { archive[$0] != nil }) else {
                throw CommandFailure(.configuration, "it holds none of the arrays \(names.joined(separator: ", "))")
            }
            let labels = try archive.elements(of: name, as: UInt8.self, shape: VoxelGrid.shape)
            guard let largest = labels.max(), largest <= OccupancyClass.freeLabel else {
                throw CommandFailure(.configuration, "it has labels beyond \(OccupancyClass.freeLabel)")
            }
            return labels
        } catch {
            throw CommandFailure(
                .configuration,
                "the prediction of sample '\(token)' in '\(path)' cannot be used: \(error)"
            )
        }
    }

    /// A digest of the predictions of samples, in their order.
    ///
    /// - Throws: `CommandFailure`, `FileError`.
    func digest(of samples: [(scene: String, token: String)]) throws -> String {
        let digest = SHA256()
        for (scene, token) in samples where try has(scene: scene, token: token) {
            digest.update(token + "\u{0}")
            switch self {
            case .boxes(let boxes, _):
                let document = try DetectionDocument.encode(boxes[token] ?? [], of: token)
                document.withUnsafeBytes { digest.update($0) }
            case .labels(let folder):
                let paths = Self.labelPaths(folder: folder, scene: scene, token: token)
                if let path = try paths.first(where: Folders.isPresent) { digest.update(try SHA256.hex(ofFile: path)) }
            }
        }
        return digest.finishHex()
    }
}
