import Evaluation
import Foundation
import TestSupport
import Testing

@Suite struct RayCountsCodingTests {
    private func counts() throws -> RayCounts {
        var random = SeededGenerator(seed: 5)
        return try RayCase(random: &random, oneIn: 50, places: 2).counts()
    }

    @Test func itComesBack() throws {
        for counts in [RayCounts(), try counts()] {
            let bytes = counts.encoded()
            #expect(bytes.count < 400)
            #expect(try RayCounts(decoding: bytes) == counts)
            #expect(try RayCounts(base64: counts.base64) == counts)
            let json = try JSONEncoder().encode([counts])
            #expect(try JSONDecoder().decode([RayCounts].self, from: json) == [counts])
        }
    }

    /// Version 1, byte for byte: rows stored by earlier versions must stay readable.
    @Test func versionOneIsFixed() throws {
        let around = RayCase.block(4, x: 90..<110, y: 90..<110, z: 0..<16)
        let counts = try RayCase(prediction: around, semantics: around).counts()
        // 14,040 rays of label 4, all of them hits.
        let label = [UInt8](repeating: 0, count: 4) + [0xD8, 0x6D] + [UInt8](repeating: 0, count: 13)
        #expect(counts.encoded() == [1, 18, 3, 1] + Array(repeatElement(label, count: 5).joined()))
    }

    @Test func nothingElseIsRead() throws {
        let bytes = try counts().encoded()
        for length in 0..<bytes.count {
            #expect(throws: EvaluationError.self) { try RayCounts(decoding: Array(bytes[..<length])) }
        }
        let zeros = [UInt8](repeating: 0, count: 17)
        let none = [UInt8](repeating: 0, count: 54)
        let wrong: [[UInt8]] = [
            bytes + [0], [2] + bytes.dropFirst(), [1, 17] + bytes.dropFirst(2), [1, 18, 4] + bytes.dropFirst(3),
            // 2^64 and a padded zero: no writer makes them.
            [1, 18, 3] + [UInt8](repeating: 0xFF, count: 9) + [2] + bytes, [1, 18, 3, 0x80, 0] + bytes.dropFirst(4),
            // More true than predicted rays; rays that are truly free; more hits than rays; fewer where more is allowed.
            [1, 18, 3, 1, 5] + zeros + [4] + zeros + none, [1, 18, 3, 1] + zeros + [5] + zeros + [5] + none,
            [1, 18, 3, 1, 5] + zeros + [5] + zeros + [0] + zeros + [0] + zeros + [6] + zeros,
            [1, 18, 3, 1, 5] + zeros + [5] + zeros + [3] + zeros + [2] + zeros + [4] + zeros,
        ]
        for bytes in wrong { #expect(throws: EvaluationError.self) { try RayCounts(decoding: bytes) } }
        let right: [UInt8] = [1, 18, 3, 1, 5] + zeros + [5] + zeros + [2] + zeros + [3] + zeros + [4] + zeros
        #expect(try RayCounts(decoding: right).hits.map(\.[0]) == [2, 3, 4])
        #expect(throws: EvaluationError.self) { try RayCounts(base64: "*") }
    }

    @Test func noiseIsRefusedOrComesBack() throws {
        let bytes = try counts().encoded()
        let seed = UInt64.random(in: 0...UInt64.max)
        print("ray counts coding seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<1000 {
            var noise = bytes
            for _ in 0..<3 {
                noise[Int.random(in: 0..<noise.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            guard let read = try? RayCounts(decoding: noise) else { continue }
            #expect(read.encoded() == noise && (read.rayIoU ?? 0) <= 1, "seed \(seed)")
        }
    }
}
