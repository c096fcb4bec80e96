internal import CCairo
internal import ImageFiles

/// A sheet that is drawn on through Cairo, in pixels from its upper left corner; everything outside it is clipped.
///
/// What has a corner that is no number, or lies a million pixels away, is not drawn.
final class Canvas {
    /// Text that is read first.
    static let ink = Colour(32, 33, 36)
    /// Text that is read second.
    static let faintInk = Colour(98, 102, 110)
    /// Frames and axes.
    static let rule = Colour(190, 193, 199)
    private static let mostPixels = 64 << 20

    let width: Int
    let height: Int
    private let surface: OpaquePointer
    let context: OpaquePointer

    /// Makes an empty sheet.
    ///
    /// - Throws: `ReportingError` where it has no pixel, more than 64 million, or more than Cairo takes.
    init(width: Int, height: Int, background: Colour = .white) throws {
        guard (1...32_000).contains(width), (1...32_000).contains(height), width * height <= Self.mostPixels else {
            throw ReportingError(
                "cannot draw a picture of \(width) x \(height) pixels; at most 32000 a side and 64 million are drawn"
            )
        }
        let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
        let context = cairo_create(surface)
        guard let surface, let context, cairo_status(context) == CAIRO_STATUS_SUCCESS, let type = Typeface.standard
        else {
            cairo_destroy(context)
            cairo_surface_destroy(surface)
            throw ReportingError("cannot set Cairo up for a picture of \(width) x \(height) pixels")
        }
        (self.width, self.height, self.surface, self.context) = (width, height, surface, context)
        cairo_set_font_face(context, type.face)
        Typeface.withOptions { cairo_set_font_options(context, $0) }
        fill(Rectangle(x: 0, y: 0, width: width, height: height), background)
    }

    deinit {
        cairo_destroy(context)
        cairo_surface_destroy(surface)
    }

    /// What was drawn, once nothing more is.
    ///
    /// - Throws: `ReportingError` where Cairo could not draw something: it leaves out all that comes after.
    func finished() throws -> RGBImage {
        let status = [cairo_status(context), cairo_surface_status(surface)].first { $0 != CAIRO_STATUS_SUCCESS }
        guard let status else { return image }
        let reason = cairo_status_to_string(status).map { String(cString: $0) } ?? "status \(status.rawValue)"
        throw ReportingError("cannot draw a picture of \(width) x \(height) pixels: \(reason)")
    }

    private var image: RGBImage {
        cairo_surface_flush(surface)
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        guard let data = cairo_image_surface_get_data(surface) else {
            return RGBImage(width: width, height: height, pixels: pixels)
        }
        let stride = Int(cairo_image_surface_get_stride(surface))
        pixels.withUnsafeMutableBufferPointer { pixels in
            var target = 0
            for y in 0..<height {
                UnsafeRawPointer(data + y * stride).withMemoryRebound(to: UInt32.self, capacity: width) { row in
                    for x in 0..<width {
                        pixels[target] = UInt8(truncatingIfNeeded: row[x] >> 16)
                        pixels[target + 1] = UInt8(truncatingIfNeeded: row[x] >> 8)
                        pixels[target + 2] = UInt8(truncatingIfNeeded: row[x])
                        target += 3
                    }
                }
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    /// Draws with everything outside a rectangle left alone.
    func clip(to place: Rectangle, _ body: () -> Void) {
        cairo_save(context)
        rectangle(place)
        cairo_clip(context)
        body()
        cairo_restore(context)
    }

    /// Fills a rectangle.
    func fill(_ place: Rectangle, _ colour: Colour, opacity: Double = 1) {
        rectangle(place)
        use(colour, opacity)
        cairo_fill(context)
    }

    /// Draws a frame of one pixel just outside a rectangle.
    func frame(_ place: Rectangle, _ colour: Colour = Canvas.rule) {
        let (x, y) = (Double(place.x) - 0.5, Double(place.y) - 0.5)
        cairo_rectangle(context, x, y, Double(place.width + 1), Double(place.height + 1))
        stroke(colour, 1, width: 1)
    }

    /// Fills a polygon.
    func fill(polygon corners: [SIMD2<Double>], _ colour: Colour, opacity: Double = 1) {
        guard trace(corners) else { return }
        use(colour, opacity)
        cairo_fill(context)
    }

    /// Draws lines from point to point with round ends.
    ///
    /// - Parameters:
    ///   - isClosed: whether the last point is joined to the first.
    ///   - dash: pixels drawn and pixels left out in turn; empty for a whole line.
    func line(
        _ points: [SIMD2<Double>],
        width: Double,
        _ colour: Colour,
        opacity: Double = 1,
        isClosed: Bool = false,
        dash: [Double] = []
    ) {
        guard trace(points) else { return }
        if isClosed { cairo_close_path(context) }
        cairo_set_dash(context, dash, Int32(dash.count), 0)
        stroke(colour, opacity, width: width)
        cairo_set_dash(context, nil, 0, 0)
    }

    /// Draws a circle's outline, one pixel wide.
    func circle(centre: SIMD2<Double>, radius: Double, _ colour: Colour) {
        guard isDrawable(centre), radius.isFinite, radius > 0 else { return }
        cairo_new_path(context)
        cairo_arc(context, centre.x, centre.y, radius, 0, 2 * .pi)
        stroke(colour, 1, width: 1)
    }

    /// Draws a picture into a rectangle: averaged where it shrinks, every pixel a block of its own where it grows.
    func draw(_ picture: RGBImage, in place: Rectangle) {
        guard picture.width > 0, picture.height > 0, place.width > 0, place.height > 0 else { return }
        var pixels = (0..<(picture.width * picture.height)).map { index -> UInt32 in
            let red = UInt32(picture.pixels[index * 3])
            let green = UInt32(picture.pixels[index * 3 + 1])
            let blue = UInt32(picture.pixels[index * 3 + 2])
            return red << 16 | green << 8 | blue
        }
        pixels.withUnsafeMutableBytes { bytes in
            let source = cairo_image_surface_create_for_data(
                bytes.bindMemory(to: UInt8.self).baseAddress,
                CAIRO_FORMAT_RGB24,
                Int32(picture.width),
                Int32(picture.height),
                Int32(picture.width * 4)
            )
            cairo_save(context)
            rectangle(place)
            cairo_clip(context)
            cairo_translate(context, Double(place.x), Double(place.y))
            let scale = SIMD2(
                Double(place.width) / Double(picture.width),
                Double(place.height) / Double(picture.height)
            )
            cairo_scale(context, scale.x, scale.y)
            cairo_set_source_surface(context, source, 0, 0)
            let pattern = cairo_get_source(context)
            cairo_pattern_set_filter(pattern, scale.min() >= 1 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD)
            cairo_pattern_set_extend(pattern, CAIRO_EXTEND_PAD)
            cairo_paint(context)
            cairo_restore(context)
            // The pixels end with this block.
            cairo_surface_flush(surface)
            cairo_surface_finish(source)
            cairo_surface_destroy(source)
        }
    }

    private func stroke(_ colour: Colour, _ opacity: Double, width: Double) {
        use(colour, opacity)
        cairo_set_line_width(context, width)
        cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
        cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
        cairo_stroke(context)
    }

    private func rectangle(_ place: Rectangle) {
        cairo_new_path(context)
        cairo_rectangle(context, Double(place.x), Double(place.y), Double(place.width), Double(place.height))
    }

    private func trace(_ points: [SIMD2<Double>]) -> Bool {
        guard points.count > 1, points.allSatisfy(isDrawable) else { return false }
        cairo_new_path(context)
        for point in points { cairo_line_to(context, point.x, point.y) }
        return true
    }

    private func isDrawable(_ point: SIMD2<Double>) -> Bool { abs(point.x) < 1e6 && abs(point.y) < 1e6 }

    func use(_ colour: Colour, _ opacity: Double) {
        let (red, green, blue) = (Double(colour.red) / 255, Double(colour.green) / 255, Double(colour.blue) / 255)
        cairo_set_source_rgba(context, red, green, blue, opacity.isFinite ? min(max(opacity, 0), 1) : 0)
    }
}
