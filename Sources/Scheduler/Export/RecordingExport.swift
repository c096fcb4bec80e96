internal import ArrayFiles
internal import CommandSupport
internal import Datasets
internal import MCAPFiles
internal import Scenes
internal import Storage
internal import SystemSupport

/// Writes a run as recordings, one a scene: `<scene>.mcap`.
struct RecordingExport {
    let run: ExportedRun
    /// Whether the cameras' pictures are in them.
    let hasPictures: Bool
    /// Whether voxel labels are also there as dense grids.
    let hasGrid: Bool
    /// Boxes of a lower score are left out; nil where nobody asked.
    let minimumScore: Double?
    /// Whether files that hold something else are replaced.
    let replaces: Bool

    /// Writes every scene that is done, each file whole or not at all.
    ///
    /// - Throws: `CommandFailure` for what the run has not, or pictures that are none; `StorageError`, `EvaluationError`, `FileError`;
    ///   `ExitStatus.someScenesFailed` at the end where scenes are not done.
    func write(to folder: String) throws {
        try judgeOptions()
        try Folders.create(folder)
        let scenes = run.manifest.done
        var written = 0
        for (index, scene) in scenes.enumerated() {
            let (outcome, _) = try OutputFile.write(to: "\(folder)/\(scene.name).mcap", replaces: replaces) { path in
                try record(run.scene(scene), to: path)
            }
            if outcome == .written { written += 1 }
            if Terminal.isInteractive { Terminal.showProgress("\(index + 1)/\(scenes.count) scenes") }
        }
        Terminal.say("\(folder): \(written) recordings written, \(scenes.count - written) were there already")
        try run.manifest.requireAllExported()
    }

    private func judgeOptions() throws {
        func refuse(_ text: String) -> CommandFailure {
            CommandFailure(.configuration, "run '\(run.manifest.run)' holds \(text)")
        }
        if hasGrid, run.kind == .detections { throw refuse("boxes: leave out --voxel-grid") }
        if minimumScore != nil, run.kind == .occupancy {
            throw refuse("voxel labels, which have no scores: leave out --minimum-score")
        }
    }

    private func record(_ scene: ExportedScene, to path: String) throws {
        let sink = try MCAPFileSink(path: path)
        let recorder = try SceneRecorder(sink, about: about(scene.name), hasGrid: hasGrid)
        for sample in scene.samples {
            let prediction: SceneRecorder.Prediction =
                switch sample.entry.kind {
                case .occupancy: .labels(try scene.reader.sample(sample.entry).occupancy().bytes)
                case .detections: .boxes(try scene.boxes(of: sample, minimumScore: minimumScore ?? 0))
                }
            let pictures =
                hasPictures ? try sample.frames.cameras.map { try Self.picture($0, in: run.pictureFolder) } : []
            do {
                try recorder.add(sample.frames, prediction, pictures: pictures)
            } catch let error as MCAPError {
                throw CommandFailure(
                    .configuration,
                    "sample '\(sample.entry.token)' of scene '\(scene.name)' cannot be recorded: \(error)"
                )
            }
        }
        try recorder.finish()
        try sink.close()
    }

    private func about(_ scene: String) -> [String: String] {
        let manifest = run.manifest
        return [
            "run": manifest.run, "scene": scene, "dataset_version": manifest.datasetVersion, "split": manifest.split,
            "model": manifest.model, "model_digest": manifest.modelDigest, "precision": manifest.precision,
        ]
    }

    /// The bytes of a camera's picture.
    ///
    /// - Parameter folder: the dataset's folder of pictures.
    /// - Throws: `FileError` where it cannot be read, `CommandFailure` where it is no JPEG picture, both with advice; `DatasetProblem` for a
    ///   recording that does not hold it any more.
    static func picture(_ camera: CameraFrame, in folder: String) throws -> [UInt8] {
        let path = "\(folder)/\(camera.imagePath)"
        let advice = "--dataset-root says where the dataset is, --without-pictures leaves pictures out"
        let bytes: [UInt8]
        do {
            bytes = try camera.openPicture(in: folder).withBytes { Array($0) }
        } catch let error as FileError {
            throw FileError(operation: error.operation, path: error.path, code: error.code, detail: advice)
        }
        guard bytes.starts(with: [0xFF, 0xD8, 0xFF]) else {
            throw CommandFailure(
                .configuration,
                "'\(path)' is no JPEG picture, the one kind that is recorded; \(advice)"
            )
        }
        return bytes
    }
}
