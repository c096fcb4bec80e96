import Foundation
import LZ4Frames
import TestSupport
import Testing

@Suite struct LZ4FrameTests {
    static let sizes = [0, 1, 13, 255, 65_535, 65_536, 65_537, 262_144, 1_048_577, 4_194_304, 4_194_305]

    @Test(arguments: sizes) func roundTrip(size: Int) throws {
        var random = SeededGenerator(seed: UInt64(size))
        for level in [0, 3, 9] where level == 0 || size <= 65_537 {
            let content = random.content(bytes: size)
            let frame = try LZ4Frame.compress(content, level: level)
            #expect(try LZ4Frame.decompress(frame, maximumContentBytes: size) == content)
            #expect(try LZ4Frame.decompressStream(frame, maximumContentBytes: size) == content)
        }
    }

    @Test func contextsServeManyFramesAndErrors() throws {
        let compressor = try LZ4Compressor(level: 3)
        let decompressor = try LZ4Decompressor()
        var random = SeededGenerator(seed: 5)
        for round in 0..<50 {
            let content = random.content(bytes: Int.random(in: 0...3000, using: &random))
            var frame = try compressor.compress(content)
            if round % 2 == 1 {
                let broken = frame.dropLast(3)
                #expect(throws: LZ4FrameError.self) {
                    try Array(broken).withUnsafeBytes { try decompressor.decompress($0, maximumContentBytes: 3000) }
                }
                frame[frame.count / 2] ^= 4
                #expect(throws: LZ4FrameError.self) {
                    try frame.withUnsafeBytes { try decompressor.decompress($0, maximumContentBytes: 3000) }
                }
                frame[frame.count / 2] ^= 4
            }
            let back = try frame.withUnsafeBytes { try decompressor.decompress($0, maximumContentBytes: 3000) }
            #expect(back == content)
        }
    }

    @Test(arguments: [0, 1, 700]) func everyTruncationIsAnError(size: Int) throws {
        var random = SeededGenerator(seed: 7)
        let frame = try LZ4Frame.compress(random.content(bytes: size))
        for length in 0..<frame.count {
            #expect(throws: LZ4FrameError.truncated) {
                try LZ4Frame.decompress(Array(frame[..<length]), maximumContentBytes: 1000)
            }
        }
    }

    @Test(arguments: [0, 1, 700, 70_000]) func everyFlippedBitIsAnError(size: Int) throws {
        var random = SeededGenerator(seed: 11)
        var frame = try LZ4Frame.compress(random.content(bytes: size), level: 9)
        let step = size > 1000 ? 7 : 1
        for bit in stride(from: 0, to: frame.count * 8, by: step) {
            frame[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: LZ4FrameError.self, "bit \(bit)") {
                try LZ4Frame.decompress(frame, maximumContentBytes: 1 << 20)
            }
            frame[bit / 8] ^= 1 << UInt8(bit % 8)
        }
    }

    @Test func randomDamageNeverGivesOtherContent() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("LZ4 damage seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let content = random.content(bytes: Int.random(in: 0...2000, using: &random))
            let good = try LZ4Frame.compress(content)
            var frame = good
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                switch Int.random(in: 0..<3, using: &random) {
                case 0 where !frame.isEmpty:
                    frame[Int.random(in: 0..<frame.count, using: &random)] = .random(in: 0...255, using: &random)
                case 1 where !frame.isEmpty: frame.remove(at: Int.random(in: 0..<frame.count, using: &random))
                default:
                    frame.insert(
                        .random(in: 0...255, using: &random),
                        at: Int.random(in: 0...frame.count, using: &random)
                    )
                }
            }
            let result = try? LZ4Frame.decompress(frame, maximumContentBytes: 1 << 16)
            #expect(result == nil || (frame == good && result == content), "seed \(seed)")
            _ = try? LZ4Frame.decompressStream(frame, maximumContentBytes: 1 << 16)
        }
    }

    @Test func bombsAreRefusedBeforeAllocation() throws {
        var frame = try LZ4Frame.compress([UInt8](repeating: 0, count: 100_000))
        #expect(throws: LZ4FrameError.contentTooLarge(contentBytes: 100_000, maximumBytes: 99_999)) {
            try LZ4Frame.decompress(frame, maximumContentBytes: 99_999)
        }
        #expect(throws: LZ4FrameError.self) { try LZ4Frame.decompressStream(frame, maximumContentBytes: 99_999) }
        #expect(throws: LZ4FrameError.self) { try LZ4Frame.decompress(frame, maximumContentBytes: -1) }
        // A claim of 2^60 bytes in a few hundred, within the caller's limit: allocating it would end the process.
        frame.replaceSubrange(6..<14, with: [0, 0, 0, 0, 0, 0, 0, 0x10])
        frame[5] = 0x70
        #expect(
            throws: LZ4FrameError.damaged(
                "\(frame.count) bytes cannot hold the \(1 << 60) bytes of content it declares"
            )
        ) {
            try LZ4Frame.decompress(frame, maximumContentBytes: .max)
        }
    }

    @Test func streamsJoinFramesAndSkipOthers() throws {
        let parts: [[UInt8]] = [[1, 2, 3], [], [UInt8](repeating: 9, count: 600_000)]
        var stream = SkippableFrame.make(kind: 3, userData: [1, 2, 3])
        for part in parts { stream += try LZ4Frame.compress(part) + SkippableFrame.make(kind: 15, userData: []) }
        #expect(try LZ4Frame.decompressStream(stream, maximumContentBytes: 1 << 20) == parts.flatMap { $0 })
        #expect(try LZ4Frame.decompressStream([], maximumContentBytes: 0) == [])
        #expect(throws: LZ4FrameError.self) {
            try LZ4Frame.decompressStream(stream + [1], maximumContentBytes: 1 << 20)
        }
        #expect(throws: LZ4FrameError.notAFrame) {
            try LZ4Frame.decompressStream(stream + [1, 2, 3, 4], maximumContentBytes: 1 << 20)
        }
        let frame = try LZ4Frame.compress([5])
        #expect(throws: LZ4FrameError.trailingBytes(count: frame.count)) {
            try LZ4Frame.decompress(frame + frame, maximumContentBytes: 10)
        }
        #expect(throws: LZ4FrameError.notAFrame) {
            try LZ4Frame.decompress(SkippableFrame.make(kind: 0, userData: frame), maximumContentBytes: 10)
        }
        let skippable = SkippableFrame.make(kind: 2, userData: [7, 7])
        for length in 1..<skippable.count {
            #expect(throws: LZ4FrameError.truncated) {
                try LZ4Frame.decompressStream(Array(skippable[..<length]), maximumContentBytes: 10)
            }
        }
    }

    @Test func levelsAreChecked() {
        #expect(throws: LZ4FrameError.invalidLevel(13)) { try LZ4Frame.compress([1], level: 13) }
        #expect(throws: LZ4FrameError.invalidLevel(-1)) { try LZ4Frame.compress([1], level: -1) }
    }

    // Absent where the lz4 command is not installed.
    @Test(.enabled(if: CommandLineLZ4.isInstalled, "the lz4 command is not installed"))
    func commandLineToolReadsAndIsRead() throws {
        var random = SeededGenerator(seed: 3)
        for size in [0, 1, 5000, 5_000_000] {
            let content = random.content(bytes: size)
            #expect(try CommandLineLZ4.run(["-d", "-c"], input: LZ4Frame.compress(content)) == content)
            for options in [["-1"], ["-9", "-BD"], ["-1", "-BX", "--content-size"], ["-1", "--no-frame-crc"]] {
                let frame = try CommandLineLZ4.run(["-z", "-c"] + options, input: content)
                #expect(try LZ4Frame.decompressStream(frame, maximumContentBytes: size) == content)
            }
        }
    }
}
