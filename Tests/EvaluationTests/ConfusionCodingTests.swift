import Evaluation
import Foundation
import Scenes
import TestSupport
import Testing

@Suite struct ConfusionCodingTests {
    private func confusions() throws -> MaskedConfusions {
        var random = SeededGenerator(seed: 21)
        var confusions = MaskedConfusions()
        for _ in 0..<3 {
            try confusions.accumulate(
                prediction: Samples.labels(&random, 5000),
                truth: Samples.truth(&random, voxels: 5000),
                sample: "s"
            )
        }
        return confusions
    }

    @Test func itComesBack() throws {
        for confusions in [MaskedConfusions(), try confusions()] {
            let bytes = confusions.encoded()
            #expect(bytes.count < 3 + 3 * 325 * 4)
            #expect(try MaskedConfusions(decoding: bytes) == confusions)
            #expect(try MaskedConfusions(base64: confusions.base64) == confusions)
            let json = try JSONEncoder().encode([confusions])
            #expect(try JSONDecoder().decode([MaskedConfusions].self, from: json) == [confusions])
        }
    }

    /// Version 1, byte for byte: rows stored by earlier versions must stay readable.
    @Test func versionOneIsFixed() throws {
        var confusions = MaskedConfusions()
        let truth = VoxelLabels(
            semantics: [UInt8](repeating: 4, count: 300),
            maskLidar: [UInt8](repeating: 0, count: 300),
            maskCamera: [UInt8](repeating: 1, count: 300)
        )
        try confusions.accumulate(prediction: [UInt8](repeating: 17, count: 300), truth: truth, sample: "s")
        var full: [UInt8] = [1] + [UInt8](repeating: 0, count: 324)
        full.replaceSubrange(1 + 4 * 18 + 17...1 + 4 * 18 + 17, with: [0xAC, 0x02])
        let empty: [UInt8] = [1] + [UInt8](repeating: 0, count: 324)
        #expect(confusions.encoded() == [1, 18, 3] + full + empty + full)
    }

    @Test func nothingElseIsRead() throws {
        let bytes = try confusions().encoded()
        for length in 0..<bytes.count {
            #expect(throws: EvaluationError.self) { try MaskedConfusions(decoding: Array(bytes[..<length])) }
        }
        #expect(throws: EvaluationError.self) { try MaskedConfusions(decoding: bytes + [0]) }
        #expect(throws: EvaluationError.self) { try MaskedConfusions(decoding: [2] + bytes.dropFirst()) }
        #expect(throws: EvaluationError.self) { try MaskedConfusions(base64: "*") }
        // 2^64 and a padded zero: no writer makes them.
        let large: [UInt8] = [1, 18, 3] + [UInt8](repeating: 0xFF, count: 9) + [2]
        #expect(throws: EvaluationError.self) { try MaskedConfusions(decoding: large + bytes) }
        #expect(throws: EvaluationError.self) { try MaskedConfusions(decoding: [1, 18, 3, 0x80, 0] + bytes) }
        let seed = UInt64.random(in: 0...UInt64.max)
        print("confusion coding seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<1000 {
            var noise = bytes
            for _ in 0..<3 {
                noise[Int.random(in: 0..<noise.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            if let read = try? MaskedConfusions(decoding: noise) { #expect(read.encoded() == noise, "seed \(seed)") }
        }
    }
}
