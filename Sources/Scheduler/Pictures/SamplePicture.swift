internal import ArrayFiles
internal import CommandSupport
internal import Datasets
internal import ImageFiles
internal import Reporting
internal import RunContract
internal import Scenes
internal import Scoring
internal import Storage

/// Draws samples of one scene; the dataset's tables are read once, where they are needed at all.
struct SamplePicture {
    /// What is written above it.
    let model: String
    let run: String
    let scene: String
    /// Tokens of the scene's samples, in their order.
    let tokens: [String]
    /// Where the dataset is now.
    let root: String
    let kind: DatasetKind
    let datasetVersion: String
    /// The split that the run is of; nil for every scene.
    let split: String?
    private let reader: SceneFileReader
    private var tables: PictureTables?

    /// Begins a scene of a run that is known from its manifest.
    ///
    /// - Parameter root: where the dataset is now.
    /// - Throws: `CommandFailure` for a dataset of an unknown kind.
    init(_ manifest: RunManifest, _ scene: RunManifest.Scene, _ reader: SceneFileReader, root: String) throws {
        model = manifest.model
        run = manifest.run
        self.scene = scene.name
        tokens = scene.sampleTokens
        self.root = root
        kind = try DatasetKind.of(manifest)
        datasetVersion = manifest.datasetVersion
        split = RunSettings.namedSplit(manifest.split)
        self.reader = reader
    }

    /// Begins a scene of a run that is known from its settings.
    ///
    /// - Throws: `CommandFailure` for a dataset of an unknown kind.
    init(_ settings: RunSettings, run: String, scene: String, _ reader: SceneFileReader) throws {
        model = settings.modelConfiguration
        self.run = run
        self.scene = scene
        tokens = reader.entries.map(\.token)
        root = settings.datasetRoot
        kind = try DatasetKind.of(settings, run: run)
        datasetVersion = settings.datasetVersion
        split = settings.namedSplit
        self.reader = reader
    }

    /// Draws one sample.
    ///
    /// - Throws: `StorageError`, `FileError`, `DatasetError`, `ReportingError`, `CommandFailure`.
    mutating func draw(
        _ token: String,
        _ view: PictureView,
        hasCameras: Bool,
        minimumScore: Double
    ) throws -> RGBImage {
        let entry = try reader.entry(token: token)
        var figure: SampleFigure
        switch entry.kind {
        case .occupancy:
            let labels = try reader.sample(entry).occupancy().bytes
            let truths = try kind.labels(root).wholeLabels(scene: scene, sample: token)
            figure = SampleFigure(rows: try SampleViews.occupancy(labels, truth: truths, view))
            if hasCameras { figure.cameras = try readTables().pictures(of: token) }
        case .detections:
            guard view != .voxels else {
                throw CommandFailure(
                    .configuration,
                    "run '\(run)' holds boxes, which have no voxels; --view above or --view all draws them"
                )
            }
            var tables = try readTables()
            let annotations = try tables.annotations(of: token)
            self.tables = tables
            figure = try SampleViews.detections(
                try reader.sample(entry).detectionsJSON(),
                of: token,
                minimumScore: minimumScore,
                tables.frames,
                annotations: annotations
            )
            if hasCameras { figure.cameras = try tables.pictures(of: token) }
        }
        figure.title = model
        let index = tokens.firstIndex(of: token) ?? 0
        figure.subtitle = "\(datasetVersion)  \(scene)  index \(index) of \(tokens.count) samples  \(token)"
        return try figure.render()
    }

    private mutating func readTables() throws -> PictureTables {
        let found =
            try tables
            ?? PictureTables(root: root, kind: kind, version: datasetVersion, split: split, scene: scene)
        tables = found
        return found
    }
}
