internal import ImageFiles
internal import Scenes

/// Where everything stands in a figure.
struct BirdsEyeLayout {
    static let margin = 24
    static let gap = 20
    static let cameraGap = 6
    static let titleHeight = 36
    static let subtitleHeight = 30
    static let panelTitleHeight = 24
    static let legendRowHeight = 24
    private static let mostPixels = 64 << 20

    let width: Int
    let height: Int
    let panels: [Rectangle]
    let cameras: [Rectangle]
    let legend: [Rectangle]
    /// Where the remark on dimming stands, if anywhere.
    let remark: Rectangle?

    /// Lays a figure of grids out.
    ///
    /// - Throws: `ReportingError` where there is nothing or too much to draw.
    init(_ figure: BirdsEyeFigure) throws {
        guard !figure.panels.isEmpty, figure.panels.count <= 8, (1...16).contains(figure.cellPixels) else {
            throw ReportingError(
                "cannot draw a figure of \(figure.panels.count) grids at \(figure.cellPixels) pixels a voxel; 1 to 8 "
                    + "grids and 1 to 16 pixels can be drawn"
            )
        }
        let cell = figure.cellPixels
        try self.init(
            hasTitle: !figure.title.isEmpty,
            hasSubtitle: !figure.subtitle.isEmpty,
            cameras: figure.cameras,
            panelSizes: figure.panels.map { ($0.grid.shape[1] * cell, $0.grid.shape[0] * cell) },
            legendNames: OccupancyClass.titles
        )
    }

    /// Lays panels of given sizes out, from the left, with titles and cameras above and a legend below.
    ///
    /// - Throws: `ReportingError` where there is too much to draw.
    init(
        hasTitle: Bool,
        hasSubtitle: Bool,
        cameras pictures: [BirdsEyeFigure.Camera],
        panelSizes: [(width: Int, height: Int)],
        legendNames: [String]
    ) throws {
        let gridWidth = panelSizes.reduce(0) { $0 + $1.width } + Self.gap * (panelSizes.count - 1)
        let gridHeight = panelSizes.reduce(0) { max($0, $1.height) }
        // Narrow figures must still hold a legend column.
        let content = max(gridWidth, 320)
        width = content + 2 * Self.margin
        var y = Self.margin
        if hasTitle { y += Self.titleHeight }
        if hasSubtitle { y += Self.subtitleHeight }

        (cameras, y) = Self.place(pictures, content: content, top: y)
        y += Self.panelTitleHeight
        var x = Self.margin + (content - gridWidth) / 2
        var placed: [Rectangle] = []
        for panel in panelSizes {
            let side = Rectangle(x: x, y: y, width: panel.width, height: panel.height)
            placed.append(side)
            x += side.width + Self.gap
        }
        panels = placed
        y += gridHeight + Self.gap

        let entry = 27 + (legendNames.map { Canvas.width(of: $0, scale: 2) }.max() ?? 0) + 16
        let columns = max(1, content / entry)
        let entries = legendNames.count
        let rows = (entries + columns - 1) / columns
        let pitch = content / columns
        let top = y
        legend = (0..<entries).map {
            Rectangle(
                x: Self.margin + $0 / rows * pitch,
                y: top + $0 % rows * Self.legendRowHeight,
                width: pitch,
                height: 14
            )
        }
        // The last column has room below its last entry unless the legend fills every row.
        let isFull = entries % rows == 0 || (entries - 1) / rows + 1 < columns
        if isFull {
            remark = Rectangle(x: Self.margin, y: top + rows * Self.legendRowHeight, width: content, height: 14)
        } else {
            remark = Rectangle(
                x: Self.margin + (entries - 1) / rows * pitch,
                y: top + entries % rows * Self.legendRowHeight,
                width: pitch,
                height: 14
            )
        }
        y += rows * Self.legendRowHeight + (isFull ? Self.legendRowHeight : 0)
        height = y + Self.margin - 10
        guard width * height <= Self.mostPixels else {
            throw ReportingError("cannot draw a figure of \(width) x \(height) pixels, at most 64 million are drawn")
        }
    }

    /// Three pictures a row, each as wide as fits and as high as the row's first picture asks.
    private static func place(
        _ cameras: [BirdsEyeFigure.Camera],
        content: Int,
        top: Int
    ) -> (places: [Rectangle], bottom: Int) {
        guard !cameras.isEmpty else { return ([], top) }
        let width = (content - 2 * cameraGap) / 3
        var places: [Rectangle] = []
        var y = top
        for start in stride(from: 0, to: cameras.count, by: 3) {
            let row = cameras[start..<min(start + 3, cameras.count)]
            let first = row[row.startIndex].image
            let height = max(1, min(width * 4, width * first.height / max(first.width, 1)))
            for index in 0..<row.count {
                // The last of three takes the pixels that three equal widths leave.
                let left = index * (width + cameraGap)
                places.append(
                    Rectangle(x: margin + left, y: y, width: index == 2 ? content - left : width, height: height)
                )
            }
            y += height + cameraGap
        }
        return (places, y + gap - cameraGap)
    }
}
