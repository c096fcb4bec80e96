public import ImageFiles
public import Scenes

/// A figure of occupancy grids side by side, such as a prediction beside its ground truth, with titles, a scale, a legend and,
/// if wanted, the camera pictures above.
///
/// ```swift
/// let figure = BirdsEyeFigure(
///     title: "scene-0061", subtitle: "ca9a282c9e77460f8360f564131a8af5",
///     panels: [
///         .init(title: "prediction", grid: prediction), .init(title: "ground truth", grid: truth, isDimmed: true),
///     ])
/// try AtomicFile.write(PNGEncoder.encode(try figure.render()), to: "figure.png")
/// ```
public struct BirdsEyeFigure: Equatable, Sendable {
    /// One grid and its title.
    public struct Panel: Equatable, Sendable {
        /// The title above it.
        public var title: String
        /// A remark on the right of the title, such as a score.
        public var note: String
        /// What is drawn.
        public var grid: VoxelLabels
        /// Whether what no camera sees is dimmed.
        public var isDimmed: Bool

        /// Makes a panel.
        public init(title: String, note: String = "", grid: VoxelLabels, isDimmed: Bool = false) {
            self.title = title
            self.note = note
            self.grid = grid
            self.isDimmed = isDimmed
        }
    }

    /// A camera picture and its name.
    public struct Camera: Equatable, Sendable {
        /// What is written into its corner.
        public var name: String
        /// The picture, of any size.
        public var image: RGBImage

        /// Makes a camera picture.
        public init(name: String, image: RGBImage) {
            self.name = name
            self.image = image
        }
    }

    /// The large line on top; empty for none.
    public var title: String
    /// The small line below it; empty for none.
    public var subtitle: String
    /// The grids, from the left.
    public var panels: [Panel]
    /// Camera pictures, three in a row, drawn above the grids.
    public var cameras: [Camera]
    /// Pixels a column of voxels.
    public var cellPixels: Int
    /// Length of a voxel's side in metres, for the scale.
    public var voxelMetres: Double

    /// Makes a figure.
    public init(
        title: String = "",
        subtitle: String = "",
        panels: [Panel],
        cameras: [Camera] = [],
        cellPixels: Int = 3,
        voxelMetres: Double = 0.4
    ) {
        self.title = title
        self.subtitle = subtitle
        self.panels = panels
        self.cameras = cameras
        self.cellPixels = cellPixels
        self.voxelMetres = voxelMetres
    }

    /// Draws the figure.
    ///
    /// - Throws: `ReportingError` where it has no panel, or so much to draw that it would exceed 64 million pixels.
    public func render() throws -> RGBImage {
        let layout = try BirdsEyeLayout(self)
        var canvas = Canvas(width: layout.width, height: layout.height)
        canvas.drawTitles(title, subtitle, layout)
        canvas.drawCameras(cameras, layout)
        for (index, panel) in panels.enumerated() { try draw(panel, at: layout.panels[index], layout, on: &canvas) }
        drawLegend(layout, on: &canvas)
        return canvas.image
    }

    /// Draws the figure as a PNG file.
    ///
    /// - Throws: as `render()`, and `ImageFileError`.
    public func png() throws -> [UInt8] {
        try PNGEncoder.encode(render())
    }

    private func draw(
        _ panel: Panel,
        at place: Rectangle,
        _ layout: BirdsEyeLayout,
        on canvas: inout Canvas
    ) throws {
        canvas.drawPanelTitle(panel.title, note: panel.note, above: place)
        let view = try BirdsEyeView.image(panel.grid, isDimmed: panel.isDimmed)
        canvas.draw(view, x: place.x, y: place.y, scale: cellPixels)
        canvas.frame(x: place.x, y: place.y, width: place.width, height: place.height, Canvas.rule)
        canvas.drawEgo(place)
        canvas.drawScale(place, pixelsPerMetre: Double(cellPixels) / voxelMetres)
    }

    private func drawLegend(_ layout: BirdsEyeLayout, on canvas: inout Canvas) {
        canvas.drawLegend(Array(zip(OccupancyClass.titles, OccupancyPalette.colours)), layout)
        if panels.contains(where: { $0.isDimmed && $0.grid.maskCamera != nil }), let place = layout.remark {
            canvas.write("pale: seen by no camera", x: place.x, y: place.y, scale: 2, Canvas.faintInk)
        }
    }
}
