internal import ArrayFiles
internal import CommandSupport
internal import Datasets
internal import Evaluation
internal import ImageFiles
internal import Reporting
internal import Scenes
internal import Scoring
internal import Storage

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
    ///   - readers: the scene's file, and that of a run beside it.
    ///   - note: its scores in a line.
    ///   - wantsSheet: whether everything is drawn.
    /// - Throws: `StorageError`, `EvaluationError`, `ReportingError`, `CommandFailure`.
    func draw(
        _ index: Int,
        of scene: RunManifest.Scene,
        _ readers: [SceneFileReader],
        note: String,
        wantsSheet: Bool
    ) throws -> Drawn {
        let token = readers[0].entries[index].token
        let (cameras, remark) = pictures(of: token, scene: scene.name)
        func render(_ view: PictureView) throws -> RGBImage {
            let figures = try readers.map { try figure(token, of: $0, scene: scene.name, view) }
            var whole = figures[0]
            whole.cameras = cameras
            if figures.count > 1 { whole = Self.beside(whole, figures[1]) }
            whole.title = "\(scene.name), index \(index) of \(scene.sampleTokens.count) samples"
            whole.subtitle = "\(model)  \(token)"
            whole.note = note
            return try whole.render()
        }
        let sheet = wantsSheet ? try render(.all) : nil
        // Boxes have one view only.
        let isOneView = readers[0].entries[index].kind == .detections
        let film = try isOneView ? sheet ?? render(.all) : render(.above)
        return Drawn(sheet: sheet, filmFrame: try Film.frame(film), remark: remark)
    }

    /// Two runs' views of a sample: predictions side by side, then the truth; the cameras of A, three in a row, above those of B.
    static func beside(_ a: SampleFigure, _ b: SampleFigure) -> SampleFigure {
        var both = a
        both.rows = zip(a.rows, b.rows).map { own, its in
            guard var first = own.first, var second = its.first else { return own }
            first.title = "A: \(first.title)"
            second.title = "B: \(second.title)"
            return [first, second] + own.dropFirst().prefix(1)
        }
        // Without boxes both runs have the same pictures; more than six do not fit twice.
        guard case .boxes? = a.rows.first?.first?.view, a.cameras.count <= 6 else { return both }
        both.cameras = stride(from: 0, to: a.cameras.count, by: 3).flatMap { start in
            let row = a.cameras[start..<min(start + 3, a.cameras.count)]
            return [("A", a.predicted), ("B", b.predicted)].flatMap { side, boxes in
                row.map { camera in
                    var camera = camera
                    camera.name = "\(side): \(camera.name)"
                    camera.predicted = boxes
                    return camera
                }
            }
        }
        return both
    }

    private func figure(
        _ token: String,
        of reader: SceneFileReader,
        scene: String,
        _ view: PictureView
    ) throws -> SampleFigure {
        let entry = try reader.entry(token: token)
        switch entry.kind {
        case .occupancy:
            let labels = try reader.sample(entry).occupancy().bytes
            let known = truth.labels.read(scene: scene, sample: token).whole
            return SampleFigure(rows: try SampleViews.occupancy(labels, truth: known, view))
        case .detections:
            guard let frames = truth.frames[scene] else {
                throw CommandFailure(
                    .configuration,
                    "'\(root)' has no whole scene '\(scene)' any more; boxes are drawn around the car, which takes its tables"
                )
            }
            let annotated = truth.annotations?[scene]?.samples.first { $0.truth.sampleToken == token }
            return try SampleViews.detections(
                try reader.sample(entry).detectionsJSON(),
                of: token,
                minimumScore: minimumScore,
                frames,
                annotations: annotated?.truth
            )
        }
    }

    /// The camera pictures of a sample, or why there are none; nothing is said where no tables are at hand at all.
    private func pictures(of token: String, scene: String) -> ([SampleFigure.Camera], remark: String?) {
        if truth.frames.isEmpty { return ([], nil) }
        guard let sample = truth.frames[scene]?.samples.first(where: { $0.token == token }) else {
            return (
                [],
                "the dataset's tables in '\(root)' do not have sample \(token), so it is drawn without camera pictures"
            )
        }
        do {
            return (try PictureTables.pictures(of: sample, in: root), nil)
        } catch {
            return ([], "sample \(token) is drawn without camera pictures: \(error)")
        }
    }
}
