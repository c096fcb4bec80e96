internal import Datasets
internal import ImageFiles
internal import OccInference
internal import Scenes

/// What is worked out once for a camera and not for every picture: where its view reads, and which features see nothing.
///
/// Not for use by two threads at once.
final class CameraViews {
    /// A camera as its pictures have it.
    private struct Key: Hashable {
        let intrinsics: [Double]
        let lens: CameraLens
        let maskPath: String?
        let view: PinholeView?
        let width: Int
        let height: Int
    }

    /// What was worked out for a camera.
    struct Entry {
        /// Where the view reads; nil where pictures are taken as they are.
        let table: WarpTable?
        /// As `FrameInput.ignoredFeatures`, of this camera; empty where all features take part.
        let ignoredFeatures: [UInt8]
    }

    /// Pixels of the network's input along a side of a feature.
    let downsample: Int
    private var entries: [Key: Entry] = [:]
    /// A rig has some tens of cameras at most; a table takes megabytes.
    private static let mostEntries = NetworkConfiguration.mostCameras

    /// Starts with nothing.
    init(downsample: Int) { self.downsample = downsample }

    /// What a camera's pictures of one size need; nil for nothing.
    ///
    /// - Parameters:
    ///   - camera: the camera, with a mask at `datasetRoot`.
    ///   - view: what is made of its pictures.
    ///   - width: the width that its pictures really have, pixels.
    ///   - height: their height, pixels.
    ///   - preprocessor: says what becomes of a picture.
    /// - Throws: `ScenePredictionError`, `ImageFileError`.
    func entry(
        _ camera: CameraFrame,
        view: PinholeView?,
        width: Int,
        height: Int,
        datasetRoot: String,
        _ preprocessor: ImagePreprocessor
    ) throws -> Entry? {
        guard view != nil || camera.maskPath != nil || camera.lens.maximumAngle_rad != nil else { return nil }
        let key = Key(
            intrinsics: camera.intrinsics(ofWidth: width, height: height),
            lens: camera.lens,
            maskPath: camera.maskPath.map { datasetRoot + "/" + $0 },
            view: view,
            width: width,
            height: height
        )
        if let entry = entries[key] { return entry }
        if entries.count >= Self.mostEntries { entries.removeAll() }
        let entry = try make(key, camera, datasetRoot: datasetRoot, preprocessor)
        entries[key] = entry
        return entry
    }

    private func make(
        _ key: Key,
        _ camera: CameraFrame,
        datasetRoot: String,
        _ preprocessor: ImagePreprocessor
    ) throws -> Entry {
        guard let model = CameraModel(intrinsics: key.intrinsics, lens: key.lens) else {
            throw ScenePredictionError(
                description: "\(camera.channel): its intrinsics cannot be inverted; check the rig",
                isRetryable: false
            )
        }
        let mask = try CameraMask.read(camera, in: datasetRoot)
        /// Whether a pixel of the camera's own picture is to be used.
        func isUsable(_ x: Int, _ y: Int) -> Bool {
            guard let mask else { return true }
            // The mask is of the size that the dataset gives, the picture perhaps of another.
            return mask.pixels[(y * mask.height / key.height * mask.width + x * mask.width / key.width) * 3] != 0
        }
        guard let view = key.view else {
            let geometry = try preprocessor.geometry(width: key.width, height: key.height)
            let ignored = IgnoredFeatures.of(geometry, downsample: downsample) { x, y in
                isUsable(x, y) && model.unproject(SIMD2(Double(x), Double(y))) != nil
            }
            return Entry(table: nil, ignoredFeatures: ignored)
        }
        let places = view.places(in: model)
        let table = WarpTable(
            width: view.width,
            height: view.height,
            rows: try preprocessor.sourceRows(width: view.width, height: view.height),
            sourceWidth: key.width,
            sourceHeight: key.height
        ) { x, y in places(x, y).map { (x: $0.x, y: $0.y) } }
        let geometry = try preprocessor.geometry(width: view.width, height: view.height)
        let ignored = IgnoredFeatures.of(geometry, downsample: downsample) { x, y in
            table.sourcePixel(column: x, row: y).map { isUsable($0.x, $0.y) } ?? false
        }
        return Entry(table: table, ignoredFeatures: ignored)
    }
}
