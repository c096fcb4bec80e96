internal import ArrayFiles
internal import CommandSupport
internal import Datasets
internal import Evaluation
internal import ImageFiles
internal import Reporting
internal import Scenes
internal import Scoring
internal import Storage
internal import SystemSupport

/// What the pictures of a report's samples are made of: the dataset is read once, samples as they are drawn.
struct ReportSamples: Sendable {
    let model: String
    /// Frames, annotations and labels; without frames there are no camera pictures.
    let truth: RunTruth
    /// Where the dataset lies.
    let root: String
    /// Boxes of a lower score are left out.
    let minimumScore: Double

    /// One sample as it is drawn.
    struct Drawn {
        /// Everything; nil where it was not asked for.
        let sheet: RGBImage?
        /// The part that a film shows.
        let filmFrame: RGBImage
        /// What is missing, for people; nil where nothing is.
        let remark: String?
    }

    /// Draws a sample.
    ///
    /// - Parameters:
    ///   - note: its scores in a line.
    ///   - wantsSheet: whether everything is drawn.
    /// - Throws: `StorageError`, `EvaluationError`, `ReportingError`, `CommandFailure`.
    func draw(
        _ entry: SampleEntry,
        of reader: SceneFileReader,
        scene: RunManifest.Scene,
        note: String,
        wantsSheet: Bool
    ) throws -> Drawn {
        var figures = try figures(entry, of: reader, scene: scene.name)
        let (cameras, remark) = pictures(of: entry.token, scene: scene.name)
        let number = (scene.sampleTokens.firstIndex(of: entry.token) ?? 0) + 1
        for index in figures.indices {
            figures[index].cameras = cameras
            figures[index].title = "\(scene.name), sample \(number) of \(scene.sampleTokens.count)"
            figures[index].subtitle = "\(model)  \(entry.token)"
            figures[index].note = note
        }
        let film = try figures[1].render()
        return Drawn(
            sheet: wantsSheet ? try figures[0].render() : nil,
            filmFrame: try Film.frame(film),
            remark: remark
        )
    }

    /// A sample's sheet, and what a film shows of it.
    private func figures(_ entry: SampleEntry, of reader: SceneFileReader, scene: String) throws -> [SampleFigure] {
        switch entry.kind {
        case .occupancy:
            let labels = try reader.sample(entry).occupancy().bytes
            let known = truth.labels.read(scene: scene, sample: entry.token).whole
            return try [.all, .above].map {
                SampleFigure(rows: try SampleViews.occupancy(labels, truth: known, $0))
            }
        case .detections:
            guard let frames = truth.frames[scene] else {
                throw CommandFailure(
                    .configuration,
                    "'\(root)' has no whole scene '\(scene)' any more; boxes are drawn around the car, which takes its tables"
                )
            }
            let annotated = truth.annotations?[scene]?.samples.first { $0.truth.sampleToken == entry.token }
            let figure = try SampleViews.detections(
                try reader.sample(entry).detectionsJSON(),
                of: entry.token,
                minimumScore: minimumScore,
                frames,
                annotations: annotated?.truth
            )
            return [figure, figure]
        }
    }

    /// The camera pictures of a sample, or why there are none.
    private func pictures(of token: String, scene: String) -> ([SampleFigure.Camera], remark: String?) {
        guard let sample = truth.frames[scene]?.samples.first(where: { $0.token == token }) else {
            return (
                [],
                "the dataset's tables in '\(root)' do not have sample \(token), so it is drawn without camera pictures"
            )
        }
        do {
            let decoder = try JPEGDecoder()
            let cameras = try sample.cameras.map { camera in
                let file = try MappedFile(path: "\(root)/\(camera.imagePath)")
                do {
                    let picture = try file.withBytes { try decoder.decode(Array($0)) }
                    return SampleFigure.Camera(name: camera.channel, picture: picture, frame: camera)
                } catch {
                    throw CommandFailure(.configuration, "cannot decode '\(file.path)': \(error)")
                }
            }
            return (cameras, nil)
        } catch {
            return ([], "sample \(token) is drawn without camera pictures: \(error)")
        }
    }
}
