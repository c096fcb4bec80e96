import ArrayFiles
import Foundation
import LZ4Frames
import TestSupport
import Testing

/// Prints sizes and speeds of LZ4 levels on a real grid; behind the table in `docs/scene-file.md`.
@Suite struct FrameMeasurements {
    static let isWanted = ProcessInfo.processInfo.environment["OCC_MEASURE"] != nil && SharedFiles.realLabels != nil

    // Runs only on demand: OCC_MEASURE=1, with the real label file under OCC_SHARED.
    @Test(.enabled(if: isWanted, "OCC_MEASURE is not set, or no real labels")) func levels() throws {
        let grid = try NPZArchive(contentsOf: try #require(SharedFiles.realLabels), only: ["semantics"]).array(
            named: "semantics"
        ).encoded()
        let decompressor = try LZ4Decompressor()
        for level in [0, 1, 2, 3, 4, 6, 9, 10, 12] {
            let compressor = try LZ4Compressor(level: level)
            let clock = ContinuousClock()
            var frame: [UInt8] = []
            let compression = try (0..<9).map { _ in try clock.measure { frame = try compressor.compress(grid) } }
                .sorted()[4]
            var content: [UInt8] = []
            let decompression = try (0..<9).map { _ in
                try clock.measure { content = try decompressor.decompress(frame, maximumContentBytes: grid.count) }
            }.sorted()[4]
            print("level \(level): \(frame.count) bytes, compress \(compression), decompress \(decompression)")
            #expect(content == grid)
        }
    }
}
