internal import ImageFiles
internal import Scenes

/// One line of a legend.
enum LegendEntry: Equatable {
    case patch(Colour, String)
    case line(isDashed: Bool, String)
    case text(String)

    var title: String {
        switch self {
        case .patch(_, let title), .line(_, let title), .text(let title): title
        }
    }
}

/// Where everything stands in a figure of a sample.
struct SampleLayout {
    static let margin = 28
    static let gap = 20
    static let cameraGap = 8
    /// The width of a view where nothing makes it wider: three pixels a voxel of Occ3D from above, more where all are in perspective.
    private static let units = (above: 600, perspective: 960)
    static let legendRowHeight = 24
    /// Pixels from an entry of a legend to its title.
    static let legendIndent = 30
    /// No view from above is higher.
    private static let tallest = 910

    let width: Int
    let height: Int
    let cameras: [Rectangle]
    let rows: [[Rectangle]]
    /// Places of the legend's entries, group by group.
    let legend: [Rectangle]

    /// Lays a figure out.
    ///
    /// - Throws: `ReportingError` where there is nothing or too much to draw.
    init(_ figure: SampleFigure) throws {
        let columns = max(figure.rows.map(\.count).max() ?? 0, figure.cameras.isEmpty ? 1 : 3)
        let rows = figure.rows.filter { !$0.isEmpty }
        guard rows.count == figure.rows.count, rows.count <= 8, columns <= 8, figure.cameras.count <= 12,
            !rows.isEmpty || !figure.cameras.isEmpty
        else {
            throw ReportingError(
                "cannot draw a figure of \(figure.rows.count) rows of \(columns) views and \(figure.cameras.count) pictures; "
                    + "1 to 8 rows of 1 to 8 views and at most 12 pictures can be drawn"
            )
        }
        guard figure.range_m.isFinite, (1...1000).contains(figure.range_m) else {
            throw ReportingError("cannot draw \(figure.range_m) m around the car; 1 to 1000 m can be drawn")
        }
        let isPlain = rows.isEmpty || rows.joined().contains { if case .voxels = $0.view { false } else { true } }
        let unit = isPlain || !figure.cameras.isEmpty ? Self.units.above : Self.units.perspective
        let content = columns * unit + (columns - 1) * Self.gap
        width = content + 2 * Self.margin
        var y = Self.margin
        if !figure.title.isEmpty || !figure.note.isEmpty { y += 34 }
        if !figure.subtitle.isEmpty { y += 30 }

        (cameras, y) = Self.place(figure.cameras.map(\.picture), content: content, top: y)
        var placed: [[Rectangle]] = []
        for row in rows {
            y += Canvas.panelTitleHeight
            let pitch = (content - (row.count - 1) * Self.gap) / row.count
            let sizes = try row.map { try Self.size(of: $0.view, width: pitch) }
            placed.append(
                sizes.enumerated().map { index, size in
                    let x = Self.margin + index * (pitch + Self.gap) + (pitch - size.width) / 2
                    return Rectangle(x: x, y: y, width: size.width, height: size.height)
                }
            )
            y += (sizes.map(\.height).max() ?? 0) + Self.gap
        }
        self.rows = placed

        var entries: [Rectangle] = []
        for group in figure.legend {
            let widest = group.map { Canvas.width(of: $0.title, size: TextSize.legend) }.max() ?? 0
            let columns = max(1, content / (Self.legendIndent + widest + 18))
            let lines = (group.count + columns - 1) / columns
            let pitch = content / ((group.count + lines - 1) / lines)
            for index in group.indices {
                let place = (column: index / lines, line: index % lines)
                entries.append(
                    Rectangle(
                        x: Self.margin + place.column * pitch,
                        y: y + place.line * Self.legendRowHeight,
                        width: pitch,
                        height: 14
                    )
                )
            }
            y += lines * Self.legendRowHeight + 8
        }
        legend = entries
        height = y + Self.margin - 16
    }

    /// How large a view is drawn, at most as wide as its place: grids in whole pixels a voxel where they fit.
    private static func size(of view: SampleFigure.View, width: Int) throws -> (width: Int, height: Int) {
        func fitted(_ rows: Int, _ columns: Int) -> (width: Int, height: Int) {
            let scale = min(Double(width) / Double(columns), Double(tallest) / Double(rows))
            let whole = scale >= 1 ? scale.rounded(.down) : scale
            return (max(1, Int(Double(columns) * whole)), max(1, Int(Double(rows) * whole)))
        }
        switch view {
        case .above(let grid, _), .voxels(let grid, _, _):
            if let flaw = grid.flaw { throw ReportingError("cannot draw an occupancy grid: \(flaw)") }
            if case .voxels = view { return (width, width * 9 / 16) }
            return fitted(grid.shape[0], grid.shape[1])
        case .difference(let comparison): return fitted(comparison.shape.x, comparison.shape.y)
        case .boxes: return (min(width, tallest), min(width, tallest))
        }
    }

    /// Three pictures a row, each as wide as fits and as high as the row's first picture asks.
    private static func place(_ pictures: [RGBImage], content: Int, top: Int) -> (places: [Rectangle], bottom: Int) {
        guard !pictures.isEmpty else { return ([], top) }
        let width = (content - 2 * cameraGap) / 3
        var places: [Rectangle] = []
        var y = top
        for start in stride(from: 0, to: pictures.count, by: 3) {
            let first = pictures[start]
            let height = max(1, min(width * 4, width * first.height / max(first.width, 1)))
            for index in 0..<min(3, pictures.count - start) {
                // The last of three takes the pixels that three equal widths leave.
                let left = index * (width + cameraGap)
                let right = index == 2 ? content : left + width
                places.append(Rectangle(x: margin + left, y: y, width: right - left, height: height))
            }
            y += height + cameraGap
        }
        return (places, y + gap - cameraGap)
    }
}
