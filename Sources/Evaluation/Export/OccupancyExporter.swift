internal import ArrayFiles
internal import Glibc
internal import Scenes
internal import SystemSupport

/// Writes predictions as `.npz` files, one a sample, so that numpy and the published tools load them.
///
/// ```swift
/// let exporter = OccupancyExporter(folder: "export", dialect: .sparseOcc)
/// for sample in samples { try exporter.write(sample) }
/// ```
///
/// Each file appears whole or not at all. The same sample always gives the same bytes, so an interrupted export is run again:
/// files that are right are left alone. Files of different samples may be written from several threads at once.
public struct OccupancyExporter: Sendable {
    /// What became of a file.
    public enum Outcome: Equatable, Sendable {
        /// It was written, or written again because its bytes differed.
        case written
        /// It was there already, byte for byte.
        case unchanged
    }

    /// The folder that is filled.
    public let folder: String
    /// The files' form.
    public let dialect: ExportDialect
    /// zlib level, 1 to 9.
    public let level: Int
    /// Whether a file that holds something else is replaced; where not, it is an error and stays.
    public let replaces: Bool

    /// Names a folder and a form; makes nothing.
    public init(folder: String, dialect: ExportDialect, level: Int = 6, replaces: Bool = true) {
        self.folder = folder
        self.dialect = dialect
        self.level = level
        self.replaces = replaces
    }

    /// Writes one sample's file.
    ///
    /// - Throws: `EvaluationError` (`unsafeName`; `invalidPrediction`, also for `labels` without masks; `invalidGroundTruth`), `ArrayFileError`, `FileError`, with the
    ///   code `EEXIST` for a file that holds something else.
    @discardableResult
    public func write(_ sample: ExportSample) throws -> Outcome {
        try check(sample)
        let path = try path(scene: sample.scene, token: sample.token)
        let bytes = try archive(of: sample).encoded(.deflated(level: level))
        if try Folders.isPresent(path) {
            let existing = try MappedFile(path: path)
            if existing.withBytes({ $0.elementsEqual(bytes) }) { return .unchanged }
            guard replaces else {
                throw FileError(
                    operation: "write",
                    path: path,
                    code: EEXIST,
                    detail:
                        "it holds something else than this export: choose another folder, or replace it with --force"
                )
            }
        }
        try Folders.create(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
        try AtomicFile.write(bytes, to: path)
        return .written
    }

    /// Path of a sample's file.
    ///
    /// - Throws: `EvaluationError` (`unsafeName`) where scene or token could leave the folder: these names are read by other
    ///   programs, so they are refused and not escaped.
    public func path(scene: String, token: String) throws -> String {
        try Self.check(token, "sample token")
        let base = folder.isEmpty ? "." : folder
        switch dialect {
        case .evalAI, .sparseOcc: return "\(base)/\(token).npz"
        case .flashOcc:
            try Self.check(scene, "scene name")
            return "\(base)/\(scene)/\(token)/pred.npz"
        case .labels:
            try Self.check(scene, "scene name")
            return "\(base)/gts/\(scene)/\(token)/labels.npz"
        }
    }

    private func archive(of sample: ExportSample) -> NPZArchive {
        let prediction = NPYArray(sample.prediction, shape: VoxelGrid.shape)
        var archive = NPZArchive()
        switch dialect {
        case .evalAI: archive["arr_0"] = prediction
        case .sparseOcc: archive["pred"] = prediction
        case .flashOcc:
            archive["pred"] = prediction
            if let truth = sample.truth { archive["gt"] = NPYArray(truth.semantics, shape: VoxelGrid.shape) }
            archive["sample_token"] = NPYArray(text: sample.token)
        case .labels:
            archive["semantics"] = prediction
            archive["mask_lidar"] = sample.masks.map { NPYArray($0.lidar, shape: VoxelGrid.shape) }
            archive["mask_camera"] = sample.masks.map { NPYArray($0.camera, shape: VoxelGrid.shape) }
        }
        return archive
    }

    private func check(_ sample: ExportSample) throws {
        let voxels = VoxelGrid.shape.reduce(1, *)
        guard sample.prediction.count == voxels else {
            throw EvaluationError(
                .invalidPrediction,
                source: sample.token,
                "the prediction has \(sample.prediction.count) voxels, must be \(VoxelGrid.shape)"
            )
        }
        guard let largest = sample.prediction.max(), largest < UInt8(OccupancyClass.count) else {
            throw EvaluationError(
                .invalidPrediction,
                source: sample.token,
                "the prediction has labels beyond \(OccupancyClass.count - 1); labels must be Occ3D-nuScenes' 0 to 17"
            )
        }
        if dialect == .labels {
            guard let masks = sample.masks, masks.camera.count == voxels, masks.lidar.count == voxels else {
                throw EvaluationError(
                    .invalidPrediction,
                    source: sample.token,
                    "labels need masks of \(VoxelGrid.shape) voxels of what was seen"
                )
            }
        }
        guard let truth = sample.truth else { return }
        for array in [truth.semantics, truth.maskLidar, truth.maskCamera].compactMap({ $0 })
        where array.count != voxels {
            throw EvaluationError(
                .invalidGroundTruth,
                source: sample.token,
                "an array of the ground truth has \(array.count) voxels, must be \(VoxelGrid.shape)"
            )
        }
    }

    private static func check(_ name: String, _ what: String) throws {
        let bytes = name.utf8
        guard (1...200).contains(bytes.count), bytes.first != UInt8(ascii: "."),
            !bytes.contains(UInt8(ascii: "/")), bytes.allSatisfy({ $0 >= 32 && $0 != 127 })
        else {
            throw EvaluationError(
                .unsafeName,
                source: name,
                "this \(what) cannot stand in a path: 1 to 200 bytes, no '/', no control characters, no leading dot"
            )
        }
    }
}
