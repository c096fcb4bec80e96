import Foundation
import TestSupport
import Testing

@testable import OccInference

@Suite("Pictures through another lens")
struct WarpTests {
    private func picture(width: Int, height: Int) -> [UInt8] {
        var noise = SeededGenerator(seed: 7)
        return (0..<(width * height * 3 + WarpTable.slack)).map { _ in UInt8(truncatingIfNeeded: noise.next()) }
    }

    private func warped(_ table: WarpTable, _ source: [UInt8], height: Int) -> [UInt8] {
        var target = [UInt8](repeating: 77, count: table.width * height * 3)
        source.withUnsafeBytes { source in target.withUnsafeMutableBytes { table.apply(source, into: $0) } }
        return target
    }

    @Test("A table of every pixel's own place copies the picture")
    func identity() {
        let (width, height) = (37, 11)
        let source = picture(width: width, height: height)
        let table = WarpTable(width: width, height: height, rows: 0..<height, sourceWidth: width, sourceHeight: height)
        { ($0, $1) }
        #expect(warped(table, source, height: height) == Array(source.prefix(width * height * 3)))
    }

    @Test(
        "Pixels between pixels are weighted; what lies outside is black; rows that are not asked for stay as they are"
    )
    func weights() throws {
        let (width, height) = (19, 23)
        let source = picture(width: width, height: height)
        var places: [[(x: Double, y: Double)?]] = []
        var random = SeededGenerator(seed: 3)
        func coordinate(_ size: Int) -> Double {
            // Whole 128ths from one pixel outside to one pixel outside.
            Double(Int(random.next() % UInt64((size + 2) * 128)) - 128) / 128
        }
        for _ in 0..<9 { places.append((0..<31).map { _ in (coordinate(width), coordinate(height)) }) }
        places[3][5] = nil
        let table = WarpTable(width: 31, height: 9, rows: 2..<8, sourceWidth: width, sourceHeight: height) { x, y in
            places[Int(y)][Int(x)]
        }
        let result = warped(table, source, height: 9)
        for row in 0..<9 {
            for column in 0..<31 {
                let found = Array(result[((row * 31 + column) * 3)...].prefix(3))
                guard (2..<8).contains(row) else {
                    #expect(found == [77, 77, 77])
                    continue
                }
                guard let at = places[row][column], at.x >= -0.5, at.x < Double(width) - 0.5, at.y >= -0.5,
                    at.y < Double(height) - 0.5
                else {
                    #expect(found == [0, 0, 0] && table.sourcePixel(column: column, row: row) == nil)
                    continue
                }
                let (x, y) = (min(max(at.x, 0), Double(width - 1)), min(max(at.y, 0), Double(height - 1)))
                let near = try #require(table.sourcePixel(column: column, row: row))
                #expect(abs(Double(near.x) - x) <= 0.5 && abs(Double(near.y) - y) <= 0.5)
                for channel in 0..<3 {
                    func value(_ dx: Int, _ dy: Int) -> Double {
                        let (px, py) = (min(Int(x) + dx, width - 1), min(Int(y) + dy, height - 1))
                        return Double(source[(py * width + px) * 3 + channel])
                    }
                    let (fx, fy) = (x - x.rounded(.down), y - y.rounded(.down))
                    let upper = value(0, 0) * (1 - fx) + value(1, 0) * fx
                    let lower = value(0, 1) * (1 - fx) + value(1, 1) * fx
                    #expect(found[channel] == UInt8((upper * (1 - fy) + lower * fy + 0.5).rounded(.down)))
                }
            }
        }
    }

    @Test("A feature is left out where most of its pixels see nothing")
    func ignoredFeatures() throws {
        // 1600 x 900 becomes 704 x 396, of which the lower 256 rows are kept: rows from 318 on.
        let geometry = try ImageGeometry(sourceWidth: 1600, sourceHeight: 900)
        #expect(IgnoredFeatures.of(geometry, downsample: 16) { _, _ in true }.isEmpty)
        let all = IgnoredFeatures.of(geometry, downsample: 16) { _, _ in false }
        #expect(all == [UInt8](repeating: 1, count: 16 * 44))
        // The hood: the lowest 100 rows, 44 of the input, two features and three quarters.
        let hood = IgnoredFeatures.of(geometry, downsample: 16) { _, row in row < 800 }
        #expect(hood == [UInt8](repeating: 0, count: 13 * 44) + [UInt8](repeating: 1, count: 3 * 44))
        let left = IgnoredFeatures.of(geometry, downsample: 16) { column, _ in column >= 364 }
        #expect(left == (0..<16).flatMap { _ in [UInt8](repeating: 1, count: 10) + [UInt8](repeating: 0, count: 34) })
    }
}
