import ImageFiles
import Scenes
import Testing

@testable import Reporting

/// What Cairo refuses is an error, and no text makes it refuse.
@Suite("Sheets that are drawn on")
struct CanvasTests {
    private func drawn(_ text: String) throws -> RGBImage {
        let canvas = try Canvas(width: 120, height: 40)
        canvas.write(text, x: 4, y: 6, size: 20)
        canvas.fill(Rectangle(x: 110, y: 30, width: 10, height: 10), .black)
        return try canvas.finished()
    }

    @Test(
        "Noncharacters, control characters and turns of direction are drawn as U+FFFD, and all else is still drawn",
        arguments: [0xFFFF, 0xFDD0, 0x10FFFE, 0, 0x0A, 0x85, 0x202E, 0x2066] as [UInt32]
    )
    func strangeText(number: UInt32) throws {
        let character = try #require(Unicode.Scalar(number))
        let image = try drawn("mo\(character)del")
        #expect(try image == drawn("mo\u{FFFD}del") && image != drawn("mo"))
        #expect(image[115, 35] == (0, 0, 0))
        #expect(Canvas.width(of: "mo\(character)del", size: 20) == Canvas.width(of: "mo\u{FFFD}del", size: 20))
        let labels = VoxelLabels(semantics: [4, 17, 17, 17], shape: [2, 2, 1])
        func figure(_ title: String) throws -> RGBImage {
            try SampleFigure(title: title, rows: [[.init(title: title, view: .above(labels))]]).render()
        }
        #expect(try figure("mo\(character)del") == figure("mo\u{FFFD}del"))
    }

    @Test("A sheet on which Cairo could not draw something is an error that says why")
    func refusal() throws {
        let canvas = try Canvas(width: 40, height: 40)
        _ = try canvas.finished()
        canvas.line([SIMD2(0, 0), SIMD2(30, 30)], width: 2, .black, dash: [-1])
        let error = try #require(throws: ReportingError.self) { try canvas.finished() }
        #expect(error.description.contains("40 x 40") && error.description.contains("dash"))
    }
}
