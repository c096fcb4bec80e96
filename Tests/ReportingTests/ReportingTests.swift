import ImageFiles
import Scenes
import Testing

@testable import Reporting

@Suite("pictures of occupancy")
struct ReportingTests {
    private let free = OccupancyClass.freeLabel

    private func grid(
        _ voxels: [(x: Int, y: Int, z: Int, label: UInt8)],
        mask: [UInt8]? = nil,
        shape: [Int] = [6, 4, 3]
    ) throws -> VoxelLabels {
        var labels = [UInt8](repeating: free, count: shape.reduce(1, *))
        for voxel in voxels { labels[(voxel.x * shape[1] + voxel.y) * shape[2] + voxel.z] = voxel.label }
        return VoxelLabels(semantics: labels, maskCamera: mask, shape: shape)
    }

    private func colour(_ image: RGBImage, _ x: Int, _ y: Int) -> Colour {
        let (red, green, blue) = image[x, y]
        return Colour(red, green, blue)
    }

    @Test("the topmost occupied voxel shows; forward is up, left is left")
    func view() throws {
        let image = try BirdsEyeView.image(grid([(5, 3, 0, 4), (0, 0, 0, 11), (0, 0, 2, 16), (2, 1, 1, 0)]))
        #expect(image.width == 4 && image.height == 6)
        // The foremost, leftmost column is the upper left pixel.
        #expect(colour(image, 0, 0) == OccupancyPalette.colours[4])
        #expect(colour(image, 3, 5) == OccupancyPalette.colours[16])
        #expect(colour(image, 2, 3) == OccupancyPalette.colours[0])
        #expect(colour(image, 1, 1) == .white)
    }

    @Test("unseen columns are dimmed, by the voxel that shows")
    func dimming() throws {
        var mask = [UInt8](repeating: 0, count: 72)
        // Column (0, 0): its shown voxel is seen; column (1, 0): only another one is; column (2, 0): empty and seen.
        mask[2] = 1
        mask[12] = 1
        mask[24] = 1
        let seen = try grid([(0, 0, 2, 4), (1, 0, 2, 4)], mask: mask)
        let image = try BirdsEyeView.image(seen, isDimmed: true)
        #expect(colour(image, 3, 5) == OccupancyPalette.colours[4])
        #expect(
            colour(image, 3, 4) == OccupancyPalette.colours[4].mixed(with: BirdsEyeView.dimmed, BirdsEyeView.dimming)
        )
        #expect(colour(image, 3, 3) == .white)
        #expect(colour(image, 3, 2) == Colour.white.mixed(with: BirdsEyeView.dimmed, BirdsEyeView.dimming))
        #expect(try colour(BirdsEyeView.image(seen), 3, 4) == OccupancyPalette.colours[4])
    }

    @Test("grids that do not fit are refused")
    func misfits() {
        #expect(throws: ReportingError.self) {
            try BirdsEyeView.image(VoxelLabels(semantics: [0, 1], shape: [1, 1, 1]))
        }
        #expect(throws: ReportingError.self) { try BirdsEyeView.image(VoxelLabels(semantics: [18], shape: [1, 1, 1])) }
        #expect(throws: ReportingError.self) {
            try BirdsEyeView.image(VoxelLabels(semantics: [1], maskCamera: [], shape: [1, 1, 1]))
        }
        #expect(throws: ReportingError.self) { try BirdsEyeView.image(VoxelLabels(semantics: [], shape: [0, 1, 1])) }
        #expect(throws: ReportingError.self) {
            try BirdsEyeView.image(VoxelLabels(semantics: [], shape: [.max, .max, 1]))
        }
        #expect(throws: ReportingError.self) { try BirdsEyeFigure(panels: []).render() }
    }

    @Test("every class has a name and a colour of its own")
    func palette() {
        #expect(OccupancyClass.titles.count == 18 && OccupancyPalette.colours.count == 18)
        #expect(Set(OccupancyPalette.colours).count == 18 && Set(OccupancyClass.titles).count == 18)
    }

    @Test("the font has every printable ASCII character, each of its own shape")
    func font() {
        var shapes: Set<[[Bool]]> = []
        for code in UInt8(33)...126 {
            let glyph = BitmapFont.standard.glyph(for: Character(Unicode.Scalar(code)))
            #expect((1...5).contains(glyph.columns) && glyph.ink.count == BitmapFont.rows)
            shapes.insert(glyph.ink)
        }
        #expect(shapes.count == 94)
        #expect(BitmapFont.standard.columns(of: "") == 0)
        #expect(BitmapFont.standard.columns(of: "il") == 4)
        let cut = Canvas.fitted("a rather long title", width: 60, scale: 2)
        #expect(cut.hasPrefix("a ") && cut.hasSuffix("...") && Canvas.width(of: cut, scale: 2) <= 60)
        #expect(Canvas.fitted("short", width: 60, scale: 2) == "short")
        let unknown = BitmapFont.standard.glyph(for: "漢").ink
        #expect(unknown == BitmapFont.standard.glyph(for: "?").ink)
    }

    @Test("text covers as much paper as its shape says, at every scale")
    func raster() {
        for scale in 1...5 {
            let square = BitmapFont.Glyph(columns: 2, ink: Array(repeating: [true, true], count: BitmapFont.rows))
            let coverage = GlyphRaster.coverage(square, scale: scale)
            #expect(coverage.count == BitmapFont.rows * scale && coverage[0].count == 2 * scale)
            // Round corners aside, all ink.
            #expect(coverage[BitmapFont.rows * scale / 2].allSatisfy { $0 == 1 })
        }
    }

    @Test("a figure holds its panels pixel by pixel, and all else is around them")
    func figure() throws {
        let shape = [40, 60, 2]
        let first = try grid([(39, 59, 0, 4), (0, 0, 0, 16)], shape: shape)
        let second = try grid([(20, 20, 1, 11)], shape: shape)
        let camera = RGBImage(width: 64, height: 32, red: 10, green: 20, blue: 30)
        for cameras in [0, 1, 6] {
            let figure = BirdsEyeFigure(
                title: "scene-0061",
                subtitle: "token é",
                panels: [
                    .init(title: "prediction", note: "31.2", grid: first), .init(title: "ground truth", grid: second),
                ],
                cameras: Array(repeating: .init(name: "CAM_FRONT", image: camera), count: cameras),
                cellPixels: 4
            )
            let layout = try BirdsEyeLayout(figure)
            let image = try figure.render()
            #expect(image.width == layout.width && image.height == layout.height)
            let (left, right) = (layout.panels[0], layout.panels[1])
            #expect(left.width == 240 && left.height == 160)
            #expect(left.x + left.width < right.x && right.x + right.width < image.width)
            #expect(colour(image, left.x, left.y) == OccupancyPalette.colours[4])
            #expect(colour(image, left.x + 3, left.y + 3) == OccupancyPalette.colours[4])
            #expect(colour(image, left.x + 4, left.y) == .white)
            #expect(colour(image, left.x + 239, left.y + 159) == OccupancyPalette.colours[16])
            #expect(colour(image, right.x + 39 * 4, right.y + 19 * 4) == OccupancyPalette.colours[11])
            for (label, place) in layout.legend.enumerated() {
                #expect(colour(image, place.x + 9, place.y + 7) == OccupancyPalette.colours[label])
                #expect(place.x + place.width <= image.width && place.y + place.height <= image.height)
            }
            for place in layout.cameras {
                #expect(place.y + place.height < left.y)
                #expect(colour(image, place.x + place.width - 1, place.y + place.height - 1) == Colour(10, 20, 30))
            }
            #expect(layout.cameras.count == cameras)
            #expect(try PNGDecoder.decode(figure.png()) == image)
            #expect(try figure.render() == image)
        }
    }

    @Test("boxes lie where they are: forward is up, left is left, heading and size turn with the box")
    func boxes() throws {
        let ahead = BoxFigure.Box(centre: SIMD2(20, 0), size: SIMD2(10, 4), heading_rad: 0, label: 0)
        let left = BoxFigure.Box(centre: SIMD2(0, 20), size: SIMD2(10, 4), heading_rad: .pi / 2, label: 5)
        let figure = BoxFigure(
            title: "model",
            panels: [
                .init(title: "prediction", boxes: [ahead], shadows: [left]), .init(title: "truth", boxes: [left]),
            ],
            range_m: 30,
            pixelsPerMetre: 10
        )
        let image = try figure.render()
        // Two views of 600 pixels with 24 pixels around and 20 between.
        #expect(image.width == 24 + 600 + 20 + 600 + 24)
        let top = 24 + 36 + 24
        /// Whether a pixel, seen from the corner of a view, has nearly the colour of a class.
        func has(_ label: Int, _ x: Int, _ y: Int) -> Bool {
            let (pixel, wanted) = (colour(image, x, top + y), DetectionPalette.colours[label])
            return [(pixel.red, wanted.red), (pixel.green, wanted.green), (pixel.blue, wanted.blue)]
                .allSatisfy { abs(Int($0) - Int($1)) < 40 }
        }
        // The box ahead reaches from 15 to 25 m ahead and 2 m to each side; its edge has its colour in full.
        #expect(has(0, 24 + 300, 300 - 250) && has(0, 24 + 300 + 20, 300 - 170) && has(0, 24 + 300, 300 - 220))
        #expect(colour(image, 24 + 300 + 10, top + 300 - 170) != .white)
        #expect(colour(image, 24 + 300 + 25, top + 300 - 170) == .white)
        // Not mirrored: what is on the left is left of the middle, here as a grey area.
        #expect(colour(image, 24 + 130, top + 310) != .white && colour(image, 24 + 470, top + 310) == .white)
        let second = 24 + 600 + 20
        #expect(has(5, second + 300 - 250, 300) && !has(5, second + 300 + 250, 300))
        #expect(try PNGDecoder.decode(figure.png()) == image)
    }

    @Test("boxes beyond the view, of no size or of no numbers draw nothing outside and never trap")
    func strangeBoxes() throws {
        let strange: [Double] = [0, .nan, .infinity, -.infinity, 1e300, -1e9, 54.9]
        let boxes = strange.flatMap { a in
            strange.map { b in
                BoxFigure.Box(
                    centre: SIMD2(a, b),
                    size: SIMD2(b, a),
                    heading_rad: a,
                    velocity: SIMD2(b, b),
                    label: Int(clamping: Int64(b.isFinite ? max(-9, min(b, 99)) : 3)),
                    strength: a
                )
            }
        }
        let image = try BoxFigure(panels: [.init(title: "", boxes: boxes, shadows: boxes)]).render()
        #expect(colour(image, 2, image.height / 2) == .white)
        #expect(throws: ReportingError.self) { try BoxFigure(panels: []).render() }
        #expect(throws: ReportingError.self) {
            try BoxFigure(panels: [.init(title: "", boxes: [])], range_m: .nan).render()
        }
    }

    @Test("curves start and end where their points are")
    func curves() throws {
        let rising = [SIMD2(0.0, 0.0), SIMD2(1.0, 1.0)]
        let figure = CurveFigure(
            title: "title",
            subtitle: "subtitle",
            panels: [
                .init(title: "car", lines: [rising]),
                .init(title: "truck", lines: [[], [SIMD2(.nan, 0), SIMD2(0, 0)]]),
            ],
            lineNames: ["0.5 m", "1 m"],
            horizontal: "recall",
            vertical: "precision"
        )
        let image = try figure.render()
        let (left, top) = (24 + 56, 24 + 36 + 30 + 36)
        func isDrawn(_ x: Int, _ y: Int) -> Bool {
            let pixel = colour(image, left + x, top + y)
            return Int(pixel.green) + 40 < Int(pixel.blue)
        }
        #expect(isDrawn(150, 150) && isDrawn(50, 249) && !isDrawn(50, 60))
        #expect(throws: ReportingError.self) {
            try CurveFigure(title: "", subtitle: "", panels: [], lineNames: [], horizontal: "", vertical: "").render()
        }
    }

    @Test("any number of panels and any small grid can be laid out")
    func layouts() throws {
        for count in 1...8 {
            for (shape, cell) in [([1, 1, 1], 1), ([7, 3, 2], 16), ([30, 90, 1], 2)] {
                let panel = BirdsEyeFigure.Panel(
                    title: "a title longer than its grid",
                    grid: try grid([], shape: shape)
                )
                let figure = BirdsEyeFigure(panels: Array(repeating: panel, count: count), cellPixels: cell)
                let image = try figure.render()
                #expect(image.width >= 320 && image.height > shape[0] * cell)
            }
        }
    }
}
