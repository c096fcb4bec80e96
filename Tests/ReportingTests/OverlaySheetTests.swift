import ImageFiles
import Scenes
import Testing

@testable import Reporting

/// What follows from a camera's calibration, drawn into its picture.
@Suite("overlays of calibrations")
struct OverlaySheetTests {
    /// Where the first picture of a sheet begins; a picture of 800 x 400 is drawn pixel by pixel.
    private static let (left, top) = (28, 92)

    private func frame(_ lens: CameraLens = .none, focal: Double = 400, tilt: Quaternion = .identity) -> CameraFrame {
        CameraFrame(
            channel: "front",
            imagePath: "a.jpg",
            width: 800,
            height: 400,
            timestamp_us: 0,
            intrinsics: [focal, 0, 399.5, 0, focal, 199.5, 0, 0, 1],
            sensorToEgo: RigidTransform(
                translation: SIMD3(0, 0, 1.5),
                rotation: Quaternion(w: 0.5, x: -0.5, y: 0.5, z: -0.5).times(tilt)
            ),
            egoToGlobal: .identity,
            lens: lens
        )
    }

    private func sheet(_ frame: CameraFrame, mask: RGBImage? = nil, boxes: [MarkedBox] = []) throws -> RGBImage {
        let picture = RGBImage(width: 800, height: 400, red: 20, green: 40, blue: 60)
        let overlay = CameraOverlay(frame: frame, picture: picture, mask: mask, boxes: boxes)
        return try OverlaySheet(title: "t", subtitle: "s", cameras: [overlay]).render()
    }

    /// The colour at a pixel of the picture.
    private func colour(_ sheet: RGBImage, _ x: Int, _ y: Int) -> Colour {
        let place = ((y + Self.top) * sheet.width + x + Self.left) * 3
        return Colour(sheet.pixels[place], sheet.pixels[place + 1], sheet.pixels[place + 2])
    }

    private func isNear(_ one: Colour, _ other: Colour) -> Bool {
        [(one.red, other.red), (one.green, other.green), (one.blue, other.blue)]
            .allSatisfy { abs(Int($0) - Int($1)) < 60 }
    }

    /// Rows of a column in which something of a colour is, of the horizon say.
    private func rows(_ sheet: RGBImage, column: Int, _ wanted: Colour) -> [Int] {
        (0..<400).filter { isNear(colour(sheet, column, $0), wanted) }
    }

    @Test("The horizon of a level camera is its middle row; where the camera looks down it is above")
    func horizon() throws {
        let level = try sheet(frame())
        for column in [30, 250, 700] {
            let rows = rows(level, column: column, OverlayPainter.horizon)
            #expect(!rows.isEmpty && rows.allSatisfy { (197...202).contains($0) }, "\(column): \(rows)")
        }
        // 0.2 rad down about the camera's right: 400 tan 0.2 pixels.
        let down = try sheet(frame(tilt: Quaternion(w: 0.995004165, x: -0.0998334166, y: 0, z: 0)))
        let rows = rows(down, column: 250, OverlayPainter.horizon)
        #expect(!rows.isEmpty && rows.allSatisfy { (117...121).contains($0) }, "\(rows)")
    }

    @Test("The horizon follows the lens: above the middle of a fisheye that looks down it is bent")
    func lens() throws {
        let kb4 = try #require(CameraLens(name: "kb4", coefficients: [0, 0, 0, 0]))
        let sheet = try sheet(frame(kb4, focal: 200, tilt: Quaternion(w: 0.995004165, x: -0.0998334166, y: 0, z: 0)))
        let middle = rows(sheet, column: 300, OverlayPainter.horizon)
        let side = rows(sheet, column: 120, OverlayPainter.horizon)
        #expect(!middle.isEmpty && !side.isEmpty && side[0] > middle[0] + 10, "\(middle) \(side)")
    }

    @Test("The road's lines lie below the horizon, and none above it")
    func road() throws {
        let sheet = try sheet(frame())
        // 10 m ahead, 1.5 m below: 60 pixels below the middle, the line across the whole picture.
        #expect(colour(sheet, 700, 199 + 60).red > 120)
        #expect((0..<190).allSatisfy { colour(sheet, 650, $0) == Colour(20, 40, 60) })
    }

    @Test("Boxes stand where they are, and go with the ego frame's pose")
    func boxes() throws {
        var frame = frame()
        frame.egoToGlobal = RigidTransform(translation: SIMD3(100, 0, 0), rotation: .identity)
        let box = MarkedBox(centre: SIMD3(112, 0, 1.5), size: SIMD3(4, 4, 2), rotation: .identity, label: -1)
        let sheet = try sheet(frame, boxes: [box])
        // Its rear is 10 m ahead and 4 m wide: 80 pixels to each side of the middle.
        let edge = (0..<800).filter { isNear(colour(sheet, $0, 190), OverlayPainter.box) }
        #expect(edge.contains { (317...322).contains($0) } && edge.contains { (477...482).contains($0) }, "\(edge)")
        #expect(edge.allSatisfy { (315...485).contains($0) })
    }

    @Test("What the mask takes away or the lens does not show is tinted, nothing else")
    func tint() throws {
        let picture = RGBImage(width: 80, height: 40, red: 20, green: 40, blue: 60)
        var mask = RGBImage(width: 80, height: 40, red: 255, green: 255, blue: 255)
        for x in 0..<10 { mask.pixels[(5 * 80 + x) * 3] = 0 }
        func tinted(_ frame: CameraFrame, _ mask: RGBImage?) -> RGBImage {
            CameraOverlay(frame: frame, picture: picture, mask: mask).tinted
        }
        #expect(tinted(frame(), nil) == picture)
        let masked = tinted(frame(), mask)
        for y in 0..<40 {
            for x in 0..<80 {
                let isTinted = masked.pixels[(y * 80 + x) * 3] != 20
                #expect(isTinted == (y == 5 && x < 10))
            }
        }
        // 0.5 rad of a fisheye of 400 pixels a radian: 20 pixels of this smaller picture about its middle.
        let kb4 = try #require(CameraLens(name: "kb4", coefficients: [0, 0, 0, 0], maximumAngle_rad: 0.5))
        let round = tinted(frame(kb4), nil)
        #expect(round.pixels[(20 * 80 + 40) * 3] == 20 && round.pixels[(20 * 80 + 24) * 3] == 20)
        #expect(round.pixels[(20 * 80 + 15) * 3] == 125 && round.pixels[(20 * 80 + 64) * 3] == 125)
    }

    @Test("Cameras stand in rows of three; upright pictures keep their shape; none or too many are refused")
    func sheets() throws {
        let upright = CameraOverlay(
            frame: frame(),
            picture: RGBImage(width: 40, height: 80, red: 20, green: 40, blue: 60)
        )
        let wide = CameraOverlay(frame: frame(), picture: RGBImage(width: 80, height: 40, red: 20, green: 40, blue: 60))
        let image = try OverlaySheet(title: "", subtitle: "", cameras: [wide, upright, wide, wide]).render()
        #expect(image.width == 2 * 28 + 3 * 800 + 2 * 12 && image.height == 92 + 1000 + 12 + 400 + 12 + 70)
        for count in [0, 33] {
            let cameras = Array(repeating: wide, count: count)
            #expect(throws: ReportingError.self) {
                try OverlaySheet(title: "", subtitle: "", cameras: cameras).render()
            }
        }
    }
}
