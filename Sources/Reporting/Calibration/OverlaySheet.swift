public import ImageFiles
internal import Scenes

/// The cameras of one sample side by side.
public struct OverlaySheet: Sendable {
    /// The large line on top.
    public var title: String
    /// The small line below it.
    public var subtitle: String
    /// The cameras, 1 to 32.
    public var cameras: [CameraOverlay]

    private static let margin = 28
    private static let gap = 12
    private static let pictureWidth = 800
    private static let tallest = 1000
    private static let mostCameras = 32

    /// Makes a sheet.
    public init(title: String, subtitle: String, cameras: [CameraOverlay]) {
        self.title = title
        self.subtitle = subtitle
        self.cameras = cameras
    }

    /// Draws the sheet.
    ///
    /// - Throws: `ReportingError` where there is no camera or more than 32.
    public func render() throws -> RGBImage {
        guard (1...Self.mostCameras).contains(cameras.count) else {
            throw ReportingError(
                "cannot draw \(cameras.count) cameras on a sheet; 1 to \(Self.mostCameras) can be drawn"
            )
        }
        // A narrow sheet has no room for its own legend.
        let columns = cameras.count == 1 ? 1 : min(3, cameras.count)
        let (places, bottom) = places(columns)
        let width = 2 * Self.margin + columns * Self.pictureWidth + (columns - 1) * Self.gap
        let canvas = try Canvas(width: width, height: bottom + 70)
        canvas.writeTitles(title, subtitle, margin: Self.margin)
        for (camera, place) in zip(cameras, places) { OverlayPainter(camera, place, canvas).draw() }
        for (line, words) in [
            "yellow: horizon;  white: the road every 5 m, up to 40 m;  red, green, blue: forward, left, up of the ego frame",
            "orange: annotated boxes, front crossed;  tinted red: not used (mask, beyond the lens)",
        ].enumerated() {
            canvas.write(words, x: Self.margin, y: bottom + 6 + 24 * line, size: TextSize.legend)
        }
        return try canvas.finished()
    }

    /// Where pictures go, and where the last row ends.
    private func places(_ columns: Int) -> ([Rectangle], bottom: Int) {
        var places: [Rectangle] = []
        var y = Self.margin + 64
        for start in stride(from: 0, to: cameras.count, by: columns) {
            let row = cameras[start..<min(start + columns, cameras.count)].enumerated().map { column, camera in
                // An upright picture keeps its shape and becomes narrower.
                let (width, height) = (max(1, camera.picture.width), max(1, camera.picture.height))
                let scale = min(Double(Self.pictureWidth) / Double(width), Double(Self.tallest) / Double(height))
                return Rectangle(
                    x: Self.margin + column * (Self.pictureWidth + Self.gap),
                    y: y,
                    width: max(1, Int(Double(width) * scale)),
                    height: max(1, Int(Double(height) * scale))
                )
            }
            places += row
            y += (row.map(\.height).max() ?? 0) + Self.gap
        }
        return (places, y)
    }
}
