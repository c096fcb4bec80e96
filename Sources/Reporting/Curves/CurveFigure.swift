public import ImageFiles

/// Small diagrams side by side, each with a few lines over the unit square, such as precision over recall of ten classes.
public struct CurveFigure: Equatable, Sendable {
    /// One diagram.
    public struct Panel: Equatable, Sendable {
        /// The title above it.
        public var title: String
        /// A remark on the right of the title.
        public var note: String
        /// Lines of points from 0 to 1; the n-th has the n-th name and colour.
        public var lines: [[SIMD2<Double>]]

        /// Makes a diagram.
        public init(title: String, note: String = "", lines: [[SIMD2<Double>]]) {
            self.title = title
            self.note = note
            self.lines = lines
        }
    }

    /// The large line on top.
    public var title: String
    /// The small line below it.
    public var subtitle: String
    /// The diagrams, row by row.
    public var panels: [Panel]
    /// Names of lines, for the legend.
    public var lineNames: [String]
    /// What the horizontal axis shows.
    public var horizontal: String
    /// What the vertical axis shows.
    public var vertical: String

    /// Makes a figure.
    public init(
        title: String,
        subtitle: String,
        panels: [Panel],
        lineNames: [String],
        horizontal: String,
        vertical: String
    ) {
        self.title = title
        self.subtitle = subtitle
        self.panels = panels
        self.lineNames = lineNames
        self.horizontal = horizontal
        self.vertical = vertical
    }

    private static let columns = 5
    private static let side = 300
    private static let margin = 28
    private static let left = 56
    private static let gap = 26
    private static let top = 36
    private static let bottom = 54
    private static let head = 76
    private static let colours = [
        Colour(68, 1, 84), Colour(49, 104, 142), Colour(53, 170, 110), Colour(240, 140, 20), Colour(200, 40, 40),
    ]
    private static let grid = Colour(232, 234, 238)

    /// Draws the figure.
    ///
    /// - Throws: `ReportingError` where it has no diagram or more than 50.
    public func render() throws -> RGBImage {
        guard (1...50).contains(panels.count) else {
            throw ReportingError("cannot draw \(panels.count) diagrams; 1 to 50 can be drawn")
        }
        let columns = min(Self.columns, panels.count)
        let rows = (panels.count + columns - 1) / columns
        let pitch = (Self.left + Self.side + Self.gap, Self.top + Self.side + Self.bottom)
        let foot = Self.head + rows * pitch.1
        let canvas = try Canvas(width: 2 * Self.margin + columns * pitch.0, height: foot + 44)
        canvas.writeTitles(title, subtitle, margin: Self.margin)
        for (index, panel) in panels.enumerated() {
            let place = Rectangle(
                x: Self.margin + index % columns * pitch.0 + Self.left,
                y: Self.head + index / columns * pitch.1 + Self.top,
                width: Self.side,
                height: Self.side
            )
            draw(panel, at: place, on: canvas)
        }
        var x = Self.margin + Self.left
        for (name, colour) in zip(lineNames, Self.colours) {
            canvas.fill(Rectangle(x: x, y: foot + 4, width: 30, height: 3), colour)
            canvas.write(name, x: x + 40, y: foot, size: TextSize.legend)
            x += 40 + Canvas.width(of: name, size: TextSize.legend) + 40
        }
        return try canvas.finished()
    }

    /// Draws the figure as a PNG file.
    ///
    /// - Throws: as `render()`, and `ImageFileError`.
    public func png() throws -> [UInt8] { try PNGEncoder.encode(render()) }

    private func draw(_ panel: Panel, at place: Rectangle, on canvas: Canvas) {
        canvas.writePanelTitle(panel.title, note: panel.note, above: place)
        let (side, faint) = (Double(Self.side), Canvas.faintInk)
        for step in 0...5 {
            let value = Double(step) / 5
            let (x, y) = (place.x + Int(value * side), place.bottom - Int(value * side))
            canvas.fill(Rectangle(x: x, y: place.y, width: 1, height: Self.side), Self.grid)
            canvas.fill(Rectangle(x: place.x, y: y, width: Self.side, height: 1), Self.grid)
            canvas.write("\(value)", x: x, y: place.bottom + 7, size: TextSize.small, faint, .centre)
            canvas.write("\(value)", x: place.x - 7, y: y - 4, size: TextSize.small, faint, .right)
        }
        canvas.frame(place)
        canvas.write(horizontal, x: place.right, y: place.bottom + 24, size: TextSize.small, faint, .right)
        canvas.write(vertical, x: place.right - 6, y: place.y + 7, size: TextSize.small, faint, .right)
        canvas.clip(to: place) {
            for (points, colour) in zip(panel.lines, Self.colours) {
                // A point that is no number interrupts the line.
                let pixels = points.map { point in
                    SIMD2(Double(place.x) + point.x * side, Double(place.bottom) - point.y * side)
                }
                for piece in pixels.split(whereSeparator: { !$0.x.isFinite || !$0.y.isFinite }) {
                    canvas.line(Array(piece), width: 2, colour)
                }
            }
        }
    }
}
