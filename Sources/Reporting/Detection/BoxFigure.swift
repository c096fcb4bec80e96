internal import Glibc
public import ImageFiles

/// A figure of boxes seen from above, such as predictions beside annotations: forward is up, left is left, the car in the middle.
///
/// ```swift
/// let figure = BoxFigure(
///     title: "bevdet-r50-cbgs_BDC-T", subtitle: "scene-0061",
///     panels: [.init(title: "prediction", boxes: boxes, outlines: annotated), .init(title: "ground truth", boxes: annotated)])
/// try AtomicFile.write(figure.png(), to: "figure.png")
/// ```
public struct BoxFigure: Equatable, Sendable {
    /// One box in the vehicle's frame.
    public struct Box: Equatable, Sendable {
        /// Its centre: metres forward and to the left.
        public var centre: SIMD2<Double>
        /// Extents along the heading and across it, metres.
        public var size: SIMD2<Double>
        /// The heading, counted from forward to the left, radians.
        public var heading_rad: Double
        /// Velocity forward and to the left, metres a second; nil where it is not known.
        public var velocity: SIMD2<Double>?
        /// Index in `DetectionPalette`; others are drawn in grey.
        public var label: Int
        /// How strongly it is drawn, 0 to 1.
        public var strength: Double

        /// Makes a box.
        public init(
            centre: SIMD2<Double>,
            size: SIMD2<Double>,
            heading_rad: Double,
            velocity: SIMD2<Double>? = nil,
            label: Int,
            strength: Double = 1
        ) {
            self.centre = centre
            self.size = size
            self.heading_rad = heading_rad
            self.velocity = velocity
            self.label = label
            self.strength = strength
        }
    }

    /// One view and its title.
    public struct Panel: Equatable, Sendable {
        /// The title above it.
        public var title: String
        /// A remark on the right of the title.
        public var note: String
        /// What is drawn in the colours of its classes.
        public var boxes: [Box]
        /// What is drawn below that, as grey areas.
        public var shadows: [Box]

        /// Makes a panel.
        public init(title: String, note: String = "", boxes: [Box], shadows: [Box] = []) {
            self.title = title
            self.note = note
            self.boxes = boxes
            self.shadows = shadows
        }
    }

    /// The large line on top; empty for none.
    public var title: String
    /// The small line below it; empty for none.
    public var subtitle: String
    /// The views, from the left.
    public var panels: [Panel]
    /// Camera pictures, three in a row, drawn above the views.
    public var cameras: [BirdsEyeFigure.Camera]
    /// How far is seen in each direction, metres.
    public var range_m: Double
    /// Pixels of a metre.
    public var pixelsPerMetre: Double

    /// Makes a figure.
    public init(
        title: String = "",
        subtitle: String = "",
        panels: [Panel],
        cameras: [BirdsEyeFigure.Camera] = [],
        range_m: Double = 55,
        pixelsPerMetre: Double = 7
    ) {
        self.title = title
        self.subtitle = subtitle
        self.panels = panels
        self.cameras = cameras
        self.range_m = range_m
        self.pixelsPerMetre = pixelsPerMetre
    }

    private static let shadow = Colour(160, 165, 172)
    private static let ring = Colour(226, 228, 232)

    /// Draws the figure.
    ///
    /// - Throws: `ReportingError` where it has no panel, or so much to draw that it would exceed 64 million pixels.
    public func render() throws -> RGBImage {
        let side = 2 * range_m * pixelsPerMetre
        guard (1...8).contains(panels.count), side.isFinite, (50...8000).contains(side) else {
            throw ReportingError(
                "cannot draw \(panels.count) views of \(side) pixels; 1 to 8 of 50 to 8000 can be drawn"
            )
        }
        let layout = try BirdsEyeLayout(
            hasTitle: !title.isEmpty,
            hasSubtitle: !subtitle.isEmpty,
            cameras: cameras,
            panelSizes: panels.map { _ in (Int(side), Int(side)) },
            legendNames: DetectionPalette.names
        )
        var canvas = Canvas(width: layout.width, height: layout.height)
        canvas.drawTitles(title, subtitle, layout)
        canvas.drawCameras(cameras, layout)
        for (panel, place) in zip(panels, layout.panels) { draw(panel, at: place, on: &canvas) }
        canvas.drawLegend(Array(zip(DetectionPalette.names, DetectionPalette.colours)), layout)
        if panels.contains(where: { !$0.shadows.isEmpty }), let place = layout.remark {
            canvas.write("grey: ground truth", x: place.x, y: place.y, scale: 2, Canvas.faintInk)
        }
        return canvas.image
    }

    /// Draws the figure as a PNG file.
    ///
    /// - Throws: as `render()`, and `ImageFileError`.
    public func png() throws -> [UInt8] { try PNGEncoder.encode(render()) }

    private func draw(_ panel: Panel, at place: Rectangle, on canvas: inout Canvas) {
        canvas.drawPanelTitle(panel.title, note: panel.note, above: place)
        drawRings(place, on: &canvas)
        for box in panel.shadows {
            canvas.fill(polygon: corners(of: box, in: place), Self.shadow, coverage: 0.45, within: place)
        }
        canvas.drawEgo(place)
        // Sure boxes last, so that they are seen where boxes overlap.
        for box in panel.boxes.sorted(by: { $0.strength < $1.strength }) { draw(box, in: place, on: &canvas) }
        canvas.frame(x: place.x, y: place.y, width: place.width, height: place.height, Canvas.rule)
        canvas.drawScale(place, pixelsPerMetre: pixelsPerMetre)
    }

    /// Circles every ten metres.
    private func drawRings(_ place: Rectangle, on canvas: inout Canvas) {
        for radius in stride(from: 10.0, to: range_m, by: 10) {
            canvas.circle(
                centreX: Double(place.x) + Double(place.width) / 2,
                centreY: Double(place.y) + Double(place.height) / 2,
                radius: radius * pixelsPerMetre,
                Self.ring,
                coverage: 1
            )
        }
    }

    private func draw(_ box: Box, in place: Rectangle, on canvas: inout Canvas) {
        let isKnown = DetectionPalette.colours.indices.contains(box.label)
        let colour = isKnown ? DetectionPalette.colours[box.label] : Self.shadow
        let strength = min(max(box.strength, 0.15), 1)
        let outline = corners(of: box, in: place)
        canvas.fill(polygon: outline, colour, coverage: 0.18 * strength, within: place)
        for index in outline.indices {
            let next = outline[(index + 1) % outline.count]
            canvas.line(from: outline[index], to: next, width: 1.8, colour, coverage: strength, within: place)
        }
        // From the centre to the front.
        let ahead = SIMD2(cos(box.heading_rad), sin(box.heading_rad)) * (box.size.x / 2)
        canvas.line(
            from: pixel(box.centre, in: place),
            to: pixel(box.centre + ahead, in: place),
            width: 1.8,
            colour,
            coverage: strength,
            within: place
        )
        guard let velocity = box.velocity, (velocity * velocity).sum() > 0.25 else { return }
        // Where it is a second later.
        canvas.line(
            from: pixel(box.centre + ahead, in: place),
            to: pixel(box.centre + ahead + velocity, in: place),
            width: 1,
            colour,
            coverage: 0.8 * strength,
            within: place
        )
    }

    private func corners(of box: Box, in place: Rectangle) -> [SIMD2<Double>] {
        let (c, s) = (cos(box.heading_rad), sin(box.heading_rad))
        return [(1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0)].map { along, across in
            let (a, b) = (along * box.size.x / 2, across * box.size.y / 2)
            return pixel(box.centre + SIMD2(c * a - s * b, s * a + c * b), in: place)
        }
    }

    /// Forward is up, left is left.
    private func pixel(_ point: SIMD2<Double>, in place: Rectangle) -> SIMD2<Double> {
        SIMD2(
            Double(place.x) + Double(place.width) / 2 - point.y * pixelsPerMetre,
            Double(place.y) + Double(place.height) / 2 - point.x * pixelsPerMetre
        )
    }
}
