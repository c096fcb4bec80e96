public import ImageFiles

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
        public var grid: OccupancyGrid
        /// Whether what no camera sees is dimmed.
        public var isDimmed: Bool

        /// Makes a panel.
        public init(title: String, note: String = "", grid: OccupancyGrid, isDimmed: Bool = false) {
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
        drawTitles(layout, on: &canvas)
        drawCameras(layout, on: &canvas)
        for (index, panel) in panels.enumerated() { draw(panel, at: layout.panels[index], layout, on: &canvas) }
        drawLegend(layout, on: &canvas)
        return canvas.image
    }

    /// Draws the figure as a PNG file.
    ///
    /// - Throws: as `render()`, and `ImageFileError`.
    public func png() throws -> [UInt8] {
        try PNGEncoder.encode(render())
    }

    private static let ink = Colour(32, 33, 36)
    private static let faintInk = Colour(110, 113, 120)
    private static let line = Colour(190, 193, 199)

    private func drawTitles(_ layout: BirdsEyeLayout, on canvas: inout Canvas) {
        let width = layout.width - 2 * BirdsEyeLayout.margin
        var y = BirdsEyeLayout.margin
        if !title.isEmpty {
            canvas.write(
                Canvas.fitted(title, width: width, scale: 3),
                x: BirdsEyeLayout.margin,
                y: y,
                scale: 3,
                Self.ink
            )
            y += BirdsEyeLayout.titleHeight
        }
        if !subtitle.isEmpty {
            let text = Canvas.fitted(subtitle, width: width, scale: 2)
            canvas.write(text, x: BirdsEyeLayout.margin, y: y, scale: 2, Self.faintInk)
        }
    }

    private func drawCameras(_ layout: BirdsEyeLayout, on canvas: inout Canvas) {
        for (camera, place) in zip(cameras, layout.cameras) {
            canvas.draw(camera.image, x: place.x, y: place.y, width: place.width, height: place.height)
            guard !camera.name.isEmpty else { continue }
            let width = Canvas.width(of: camera.name, scale: 2)
            canvas.fill(x: place.x, y: place.y, width: width + 16, height: 24, .black, coverage: 0.55)
            canvas.write(camera.name, x: place.x + 8, y: place.y + 5, scale: 2, .white)
        }
    }

    private func draw(
        _ panel: Panel,
        at place: BirdsEyeLayout.Rectangle,
        _ layout: BirdsEyeLayout,
        on canvas: inout Canvas
    ) {
        let titleTop = place.y - BirdsEyeLayout.panelTitleHeight
        let note = Canvas.fitted(panel.note, width: place.width / 2, scale: 2)
        let noteWidth = Canvas.width(of: note, scale: 2)
        let title = Canvas.fitted(panel.title, width: place.width - noteWidth - 10, scale: 2)
        canvas.write(title, x: place.x, y: titleTop, scale: 2, Self.ink)
        canvas.write(note, x: place.x + place.width - noteWidth, y: titleTop, scale: 2, Self.faintInk)
        canvas.draw(BirdsEyeView.image(panel.grid, isDimmed: panel.isDimmed), x: place.x, y: place.y, scale: cellPixels)
        canvas.frame(x: place.x, y: place.y, width: place.width, height: place.height, Self.line)
        drawEgo(place, on: &canvas)
        drawScale(place, on: &canvas)
    }

    /// The car, a white-rimmed arrowhead that points forward, in the middle of the grid.
    private func drawEgo(_ place: BirdsEyeLayout.Rectangle, on canvas: inout Canvas) {
        let (centreX, centreY) = (Double(place.x) + Double(place.width) / 2, Double(place.y) + Double(place.height) / 2)
        for (size, colour) in [(12.0, Colour.white), (9.0, Self.ink)] {
            for y in Int(centreY - size)...Int(centreY + size) {
                for x in Int(centreX - size)...Int(centreX + size) {
                    var inside = 0
                    for sample in 0..<16 {
                        let dx = Double(x) + (Double(sample % 4) + 0.5) / 4 - centreX
                        let dy = Double(y) + (Double(sample / 4) + 0.5) / 4 - centreY
                        // Between the tip and a base with a notch.
                        let half = (dy + size) * 0.42
                        if abs(dx) <= half, dy <= size * 0.85 - (size * 0.8 - abs(dx)) * 0.45 { inside += 1 }
                    }
                    canvas.point(x, y, colour, coverage: Double(inside) / 16)
                }
            }
        }
    }

    /// Ten metres, in the lower left corner.
    private func drawScale(_ place: BirdsEyeLayout.Rectangle, on canvas: inout Canvas) {
        let length = Int((10 / voxelMetres * Double(cellPixels)).rounded())
        guard length + 80 < place.width, place.height > 60 else { return }
        let (x, y) = (place.x + 14, place.y + place.height - 18)
        let label = "10 m"
        let width = length + 12 + Canvas.width(of: label, scale: 2)
        canvas.fill(x: x - 8, y: y - 11, width: width + 16, height: 23, .white, coverage: 0.85)
        canvas.fill(x: x, y: y, width: length, height: 2, Self.ink)
        canvas.fill(x: x, y: y - 4, width: 2, height: 10, Self.ink)
        canvas.fill(x: x + length - 2, y: y - 4, width: 2, height: 10, Self.ink)
        canvas.write(label, x: x + length + 12, y: y - 6, scale: 2, Self.ink)
    }

    private func drawLegend(_ layout: BirdsEyeLayout, on canvas: inout Canvas) {
        for (label, place) in layout.legend.enumerated() {
            canvas.fill(x: place.x, y: place.y, width: 18, height: 14, OccupancyPalette.colours[label])
            canvas.frame(x: place.x, y: place.y, width: 18, height: 14, Self.line)
            canvas.write(OccupancyPalette.names[label], x: place.x + 27, y: place.y, scale: 2, Self.ink)
        }
        if panels.contains(where: { $0.isDimmed && $0.grid.cameraMask != nil }), let place = layout.remark {
            canvas.write("pale: seen by no camera", x: place.x, y: place.y, scale: 2, Self.faintInk)
        }
    }
}
