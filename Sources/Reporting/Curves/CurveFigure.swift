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
    private static let left = 56
    private static let gap = 26
    private static let top = 36
    private static let bottom = 50
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
        let margin = BirdsEyeLayout.margin
        let columns = min(Self.columns, panels.count)
        let rows = (panels.count + columns - 1) / columns
        let pitch = (Self.left + Self.side + Self.gap, Self.top + Self.side + Self.bottom)
        let head = margin + BirdsEyeLayout.titleHeight + BirdsEyeLayout.subtitleHeight
        let width = 2 * margin + columns * pitch.0
        var canvas = Canvas(width: width, height: head + rows * pitch.1 + 40)
        let room = width - 2 * margin
        canvas.write(Canvas.fitted(title, width: room, scale: 3), x: margin, y: margin, scale: 3, Canvas.ink)
        canvas.write(
            Canvas.fitted(subtitle, width: room, scale: 2),
            x: margin,
            y: margin + BirdsEyeLayout.titleHeight,
            scale: 2,
            Canvas.faintInk
        )
        for (index, panel) in panels.enumerated() {
            let place = Rectangle(
                x: margin + index % columns * pitch.0 + Self.left,
                y: head + index / columns * pitch.1 + Self.top,
                width: Self.side,
                height: Self.side
            )
            draw(panel, at: place, on: &canvas)
        }
        var x = margin + Self.left
        for (name, colour) in zip(lineNames, Self.colours) {
            canvas.fill(x: x, y: head + rows * pitch.1 + 6, width: 30, height: 4, colour)
            canvas.write(name, x: x + 40, y: head + rows * pitch.1, scale: 2, Canvas.ink)
            x += 40 + Canvas.width(of: name, scale: 2) + 40
        }
        return canvas.image
    }

    /// Draws the figure as a PNG file.
    ///
    /// - Throws: as `render()`, and `ImageFileError`.
    public func png() throws -> [UInt8] { try PNGEncoder.encode(render()) }

    private func draw(_ panel: Panel, at place: Rectangle, on canvas: inout Canvas) {
        canvas.drawPanelTitle(panel.title, note: panel.note, above: place)
        let side = Double(Self.side)
        for step in 0...5 {
            let value = Double(step) / 5
            let (x, y) = (place.x + Int(value * side), place.y + Self.side - Int(value * side))
            canvas.fill(x: x, y: place.y, width: 1, height: Self.side, Self.grid)
            canvas.fill(x: place.x, y: y, width: Self.side, height: 1, Self.grid)
            let label = "\(value)"
            let width = Canvas.width(of: label, scale: 1)
            canvas.write(label, x: x - width / 2, y: place.y + Self.side + 6, scale: 1, Canvas.faintInk)
            canvas.write(label, x: place.x - width - 6, y: y - 3, scale: 1, Canvas.faintInk)
        }
        canvas.frame(x: place.x, y: place.y, width: Self.side, height: Self.side, Canvas.rule)
        let below = Canvas.width(of: horizontal, scale: 1)
        canvas.write(horizontal, x: place.x + Self.side - below, y: place.y + Self.side + 20, scale: 1, Canvas.faintInk)
        let beside = Canvas.width(of: vertical, scale: 1) + 6
        canvas.write(vertical, x: place.x + Self.side - beside, y: place.y + 6, scale: 1, Canvas.faintInk)
        for (points, colour) in zip(panel.lines, Self.colours) {
            let pixels = points.map { point in
                SIMD2(Double(place.x) + point.x * side, Double(place.y) + side - point.y * side)
            }
            for (start, end) in zip(pixels, pixels.dropFirst()) {
                canvas.line(from: start, to: end, width: 2, colour, coverage: 0.9, within: place)
            }
        }
    }
}
