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
    func misfits() throws {
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
        #expect(throws: ReportingError.self) { try VoxelView.image(VoxelLabels(semantics: [18], shape: [1, 1, 1])) }
        let (small, large) = (try grid([]), try grid([], shape: [6, 4, 2]))
        #expect(throws: ReportingError.self) { try ColumnComparison(prediction: small, truth: large) }
    }

    @Test("every class has a name and a colour of its own")
    func palette() {
        #expect(OccupancyClass.titles.count == 18 && OccupancyPalette.colours.count == 18)
        #expect(Set(OccupancyPalette.colours).count == 18 && Set(OccupancyClass.titles).count == 18)
    }

    @Test("columns are compared by their topmost voxels, without what no camera sees")
    func comparison() throws {
        var mask = [UInt8](repeating: 1, count: 72)
        let prediction = try grid([(0, 0, 0, 4), (0, 1, 2, 4), (1, 0, 0, 4), (1, 2, 0, 4), (2, 0, 2, 16), (3, 0, 1, 4)])
        // Column (2, 0): the prediction's topmost voxel is unseen; column (3, 0): all of it is.
        mask[(2 * 4 + 0) * 3 + 2] = 0
        for z in 0..<3 { mask[(3 * 4 + 0) * 3 + z] = 0 }
        let truth = try grid([(0, 0, 1, 4), (0, 1, 2, 5), (1, 1, 0, 4), (3, 0, 1, 4)], mask: mask)
        let found = try ColumnComparison(prediction: prediction, truth: truth)
        func outcome(_ x: Int, _ y: Int) -> ColumnComparison.Outcome { found.outcomes[x * 4 + y] }
        #expect(outcome(0, 0) == .agreed && outcome(0, 1) == .confused && outcome(1, 1) == .missed)
        #expect(outcome(1, 0) == .invented && outcome(1, 2) == .invented)
        #expect(outcome(2, 0) == .free && outcome(3, 0) == .unseen && outcome(5, 3) == .free)
        #expect(found.count(.invented) == 2 && found.count(.free) == 18)
        #expect(found.summary == "right 20 %  missed 20 %  false 40 %  wrong class 20 %")
        // Forward is up, left is left.
        #expect(colour(found.image, 3, 5) == ColumnComparison.Outcome.agreed.colour)
        #expect(colour(found.image, 2, 4) == ColumnComparison.Outcome.missed.colour)
        #expect(try ColumnComparison(prediction: grid([]), truth: grid([])).summary == "")
    }

    @Test("printable ASCII and Latin-1 have shapes of their own, from the font that the program carries")
    func font() throws {
        func drawn(_ text: String) throws -> RGBImage {
            let canvas = try Canvas(width: 40, height: 40)
            canvas.write(text, x: 4, y: 6, size: 24)
            return try canvas.finished()
        }
        let box = try drawn("\u{6F22}")
        let texts = (UInt8(33)...126).map { String(Unicode.Scalar($0)) } + ["é", "ß", "×", "°", "–", "…"]
        var shapes: Set<[UInt8]> = [box.pixels]
        for text in texts { shapes.insert(try drawn(text).pixels) }
        #expect(shapes.count == texts.count + 1)
        // Edges are soft and grey.
        let inks = try drawn("S")
        let greys = Set((0..<1600).map { inks.pixels[$0 * 3] })
        #expect(greys.count > 8 && inks.pixels[0] == 255)
        #expect(try drawn("S") == inks)
    }

    @Test("text is cut where it does not fit")
    func fitting() {
        #expect(Canvas.width(of: "", size: 14) == 0)
        #expect(Canvas.width(of: "mm", size: 14) > Canvas.width(of: "il", size: 14))
        let cut = Canvas.fitted("a rather long title", width: 60, size: 14)
        #expect(cut.hasPrefix("a ") && cut.hasSuffix("…") && Canvas.width(of: cut, size: 14) <= 60)
        #expect(Canvas.fitted("short", width: 60, size: 14) == "short")
        #expect(Canvas.fitted(String(repeating: "i", count: 100_000), width: 1 << 30, size: 14).count == 1001)
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
        let (left, top) = (28 + 56, 76 + 36)
        func isDrawn(_ x: Int, _ y: Int) -> Bool {
            let pixel = colour(image, left + x, top + y)
            return Int(pixel.green) + 40 < Int(pixel.blue)
        }
        #expect(isDrawn(150, 150) && isDrawn(50, 249) && !isDrawn(50, 60))
        #expect(throws: ReportingError.self) {
            try CurveFigure(title: "", subtitle: "", panels: [], lineNames: [], horizontal: "", vertical: "").render()
        }
    }

    @Test("sheets of no pixel and of too many are refused")
    func sheets() {
        for (width, height) in [(0, 1), (1, -1), (32_001, 1), (20_000, 20_000)] {
            #expect(throws: ReportingError.self) { try Canvas(width: width, height: height) }
        }
    }
}
