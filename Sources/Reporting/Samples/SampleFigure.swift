public import ImageFiles
public import Scenes

/// Everything of one sample on a sheet: camera pictures, rows of views such as prediction beside ground truth, and a legend of what occurs.
///
/// ```swift
/// let figure = SampleFigure(
///     title: "occ-small_BDC-T", subtitle: "scene-0061, sample 1 of 40",
///     rows: [[.init(title: "prediction", view: .above(prediction)), .init(title: "ground truth", view: .above(truth))]])
/// try AtomicFile.write(figure.png(), to: "figure.png")
/// ```
public struct SampleFigure: Equatable, Sendable {
    /// A camera picture and its name.
    public struct Camera: Equatable, Sendable {
        /// What is written into its corner.
        public var name: String
        /// The picture, of any size.
        public var picture: RGBImage
        /// How the camera sees; nil where boxes are not to be drawn.
        public var frame: CameraFrame?
        /// Boxes drawn into this picture with class and score; nil for those of the figure.
        public var predicted: [MarkedBox]?

        /// Makes a camera picture.
        public init(name: String, picture: RGBImage, frame: CameraFrame? = nil, predicted: [MarkedBox]? = nil) {
            self.name = name
            self.picture = picture
            self.frame = frame
            self.predicted = predicted
        }
    }

    /// What a panel shows.
    public enum View: Equatable, Sendable {
        /// A grid from above, dimmed where no camera sees it.
        case above(VoxelLabels, isDimmed: Bool = false)
        /// Where two grids differ, from above.
        case difference(ColumnComparison)
        /// A grid in perspective; from behind and above where no eye is given.
        case voxels(VoxelLabels, isDimmed: Bool = false, from: VoxelCamera? = nil)
        /// Boxes from above around a pose of the car, over grey areas of others; the weaker a score, the fainter.
        case boxes([MarkedBox], shadows: [MarkedBox] = [], around: RigidTransform)
    }

    /// One view and its title.
    public struct Panel: Equatable, Sendable {
        /// The title above it.
        public var title: String
        /// A remark on the right of the title, such as a score.
        public var note: String
        /// What is drawn.
        public var view: View

        /// Makes a panel.
        public init(title: String, note: String = "", view: View) {
            self.title = title
            self.note = note
            self.view = view
        }
    }

    /// The large line on top; empty for none.
    public var title: String
    /// The small line below it; empty for none.
    public var subtitle: String
    /// What stands on the right of the title, such as scores.
    public var note: String
    /// Camera pictures, three in a row, drawn above the views.
    public var cameras: [Camera]
    /// Boxes drawn into camera pictures with class and score.
    public var predicted: [MarkedBox]
    /// Boxes drawn into camera pictures, thin and dashed.
    public var annotated: [MarkedBox]
    /// The views, row by row.
    public var rows: [[Panel]]
    /// How far is seen in each direction of views of boxes, metres.
    public var range_m: Double

    /// Makes a figure.
    public init(
        title: String = "",
        subtitle: String = "",
        note: String = "",
        cameras: [Camera] = [],
        predicted: [MarkedBox] = [],
        annotated: [MarkedBox] = [],
        rows: [[Panel]],
        range_m: Double = 55
    ) {
        self.title = title
        self.subtitle = subtitle
        self.note = note
        self.cameras = cameras
        self.predicted = predicted
        self.annotated = annotated
        self.rows = rows
        self.range_m = range_m
    }

    /// Draws the figure.
    ///
    /// - Throws: `ReportingError` where it has nothing to show, more than 8 views in a row, 8 rows or 12 cameras, or a grid whose parts do
    ///   not fit.
    public func render() throws -> RGBImage {
        let layout = try SampleLayout(self)
        let canvas = try Canvas(width: layout.width, height: layout.height)
        canvas.writeTitles(title, subtitle, margin: SampleLayout.margin, note: note)
        for (camera, place) in zip(cameras, layout.cameras) {
            canvas.draw(camera, predicted: camera.predicted ?? predicted, annotated: annotated, in: place)
        }
        for (row, places) in zip(rows, layout.rows) {
            for (panel, place) in zip(row, places) {
                canvas.writePanelTitle(panel.title, note: panel.note, above: place)
                try canvas.draw(panel.view, range_m: range_m, in: place)
                canvas.frame(place)
            }
        }
        for (entry, place) in zip(legend.joined(), layout.legend) { canvas.draw(entry, in: place) }
        return try canvas.finished()
    }

    /// Draws the figure as a PNG file.
    ///
    /// - Throws: as `render()`, and `ImageFileError`.
    public func png() throws -> [UInt8] { try PNGEncoder.encode(render()) }

    /// Whether any view is of a kind.
    private func shows(_ kind: (View) -> Bool) -> Bool { rows.joined().contains { kind($0.view) } }

    /// What the legend explains, in groups.
    var legend: [[LegendEntry]] {
        let isGrid = shows { if case .above = $0 { true } else if case .voxels = $0 { true } else { false } }
        let isDimmed = shows {
            switch $0 {
            case .above(let grid, let isDimmed), .voxels(let grid, let isDimmed, _): isDimmed && grid.maskCamera != nil
            default: false
            }
        }
        let isBoxes = shows { if case .boxes = $0 { true } else { false } } || !predicted.isEmpty || !annotated.isEmpty
        var groups: [[LegendEntry]] = []
        if isGrid {
            var classes = zip(OccupancyClass.titles, OccupancyPalette.colours).map { LegendEntry.patch($1, $0) }
            if isDimmed { classes.append(.text("pale: seen by no camera")) }
            groups.append(classes)
        }
        if shows({ if case .difference = $0 { true } else { false } }) {
            groups.append(ColumnComparison.Outcome.allCases.map { .patch($0.colour, $0.title) })
        }
        if isBoxes {
            groups.append(zip(DetectionPalette.names, DetectionPalette.colours).map { .patch($1, $0) })
            var kinds: [LegendEntry] = []
            if shows({ if case .boxes(_, let shadows, _) = $0 { !shadows.isEmpty } else { false } }) {
                kinds.append(.patch(BoxColours.shadow, "ground truth below predictions"))
            }
            if !cameras.isEmpty {
                kinds.append(.line(isDashed: false, "predicted; the front is crossed"))
                if !annotated.isEmpty { kinds.append(.line(isDashed: true, "ground truth")) }
            }
            if !kinds.isEmpty { groups.append(kinds) }
        }
        return groups
    }
}
