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
        for level in [0, 3, 4, 5, 6, 7, 8, 9, 12] {
            let compressor = try LZ4Compressor(level: level)
            var frame: [UInt8] = []
            let compression = try Self.milliseconds { frame = try compressor.compress(grid) }
            var content: [UInt8] = []
            let decompression = try Self.milliseconds {
                content = try decompressor.decompress(frame, maximumContentBytes: grid.count)
            }
            print("level \(level): \(frame.count) bytes, compress \(compression) ms, decompress \(decompression) ms")
            #expect(content == grid)
        }
    }

    /// Processor time of this thread, so that other work on the core does not count: the middle of nine.
    private static func milliseconds(_ body: () throws -> Void) rethrows -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) * 1e-6
        }
        let times = try (0..<9).map { _ in
            let start = now()
            try body()
            return now() - start
        }
        return (times.sorted()[4] * 100).rounded() / 100
    }
}
