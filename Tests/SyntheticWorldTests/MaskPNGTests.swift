import ImageFiles
import Testing

@testable import SyntheticWorld

/// The map masks' own PNG writer, read back by the image library.
@Suite struct MaskPNGTests {
    @Test(arguments: [1, 2, 3, 7, 10, 26] as [Int]) func masksReadBack(scale: Int) throws {
        for seed in 0..<6 as Range<UInt64> {
            var random = RandomStream(seed: seed, UInt64(scale))
            let width = 1 + random.below(400)
            let height = 1 + random.below(20)
            let density = random.unit()
            // Runs of every length: a cell repeats its left neighbour with a chance of its own.
            var cells = [Bool](repeating: false, count: width * height)
            for i in cells.indices { cells[i] = i > 0 && random.chance(density) ? cells[i - 1] : random.chance(0.5) }
            let png = MaskPNG.encode(width: width, height: height, scale: scale) { cells[$1 * width + $0] }
            let image = try PNGDecoder.decode(png)
            #expect(image.width == width * scale && image.height == height * scale)
            var wrong = 0
            for y in 0..<image.height {
                for x in 0..<image.width {
                    let expected: UInt8 = cells[y / scale * width + x / scale] ? 255 : 0
                    if image[x, y].red != expected || image[x, y].blue != expected { wrong += 1 }
                }
            }
            #expect(wrong == 0, "seed \(seed) scale \(scale) width \(width)")
        }
    }
}
