import LZ4Frames
import TestSupport
import Testing

@testable import MCAPFiles

/// Recordings that were cut, damaged, or made to take memory.
@Suite("Damaged recordings")
struct DamageTests {
    @Test(arguments: ChunkCompression.allCases)
    func everyCutGivesWhatIsWholeAndSaysThatItWasCut(compression: ChunkCompression) throws {
        let whole = try Recording.make(compression, messages: 9)
        let all = try Recording.read(try Recording.open(whole)).messages.map(PlainMessage.init)
        var most = 0
        for length in 0..<whole.count {
            do {
                let file = try Recording.open(Array(whole[..<length]))
                let result = try Recording.read(file)
                #expect(result.errors == [], "\(length)")
                guard case .cut(let place)? = result.ending else {
                    Issue.record("not told at \(length)")
                    continue
                }
                #expect(place <= length && !file.hasEnd)
                let messages = result.messages.map(PlainMessage.init)
                #expect(messages == Array(all[..<messages.count]), "\(length)")
                #expect(messages.count >= most, "\(length)")
                most = messages.count
                let survey = try RecordingSurvey(file, effort: .everything)
                #expect(survey.cutPlace == place && survey.topics.reduce(0) { $0 + $1.messages } == messages.count)
            } catch let error as MCAPError {
                // Nothing of the file can be used while its header is not whole.
                #expect(length < 40 && (error.kind == .cut || length == 0), "\(length): \(error)")
            }
        }
        #expect(most == all.count)
    }

    @Test(arguments: ChunkCompression.allCases)
    func everyFlippedBitIsToldOrHarmless(compression: ChunkCompression) throws {
        var bytes = try Recording.make(compression, messages: 5)
        let all = try Recording.read(try Recording.open(bytes)).messages.map(PlainMessage.init)
        var told = 0
        for bit in 0..<(bytes.count * 8) where bit % 3 == 0 {
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            defer { bytes[bit / 8] ^= 1 << UInt8(bit % 8) }
            guard let file = try? Recording.open(bytes) else {
                told += 1
                continue
            }
            let survey = try RecordingSurvey(file, effort: .everything)
            if survey.damages > 0 || survey.cutPlace != nil {
                told += 1
            } else {
                #expect(try Recording.read(file).messages.map(PlainMessage.init) == all, "bit \(bit)")
            }
        }
        #expect(told > bytes.count * 8 / 4)
    }

    @Test func aPassGoesOnBehindADamagedChunk() throws {
        var bytes = try Recording.make(.none)
        let file = try Recording.open(bytes)
        let before = try Recording.read(file).messages
        let chunks = try #require(file.summary).chunks
        // The last byte of the second chunk's records.
        bytes[chunks[1].offset + 9 + 40 + chunks[1].packedBytes - 1] ^= 1
        let result = try Recording.read(try Recording.open(bytes))
        #expect(result.errors.count == 1)
        #expect(result.errors.first?.kind == .damaged)
        #expect(result.errors.first?.detail.contains("the chunk at byte \(chunks[1].offset)") == true)
        let lost = before.filter { $0.reference.record == chunks[1].offset }.count
        #expect(lost > 0 && result.messages.count == before.count - lost)
    }

    @Test func aDamagedSummaryIsToldAndNotUsed() throws {
        var bytes = try Recording.make()
        bytes[bytes.count - 60] ^= 1
        let file = try Recording.open(bytes)
        #expect(file.summary == nil && file.summaryFlaw?.kind == .damaged && file.hasEnd)
        #expect(try Recording.read(file).messages.count == 12)
        #expect(try RecordingSurvey(file, effort: .some).damages == 1)
    }

    @Test func aRecordBeyondTheEndIsDamageWhereTheEndIsThere() throws {
        var bytes = try Recording.make(.none)
        let chunk = try #require(try Recording.open(bytes).summary).chunks[1].offset
        bytes[chunk + 6] = 1
        let result = try Recording.read(try Recording.open(bytes))
        #expect(result.errors.map(\.kind) == [.damaged] && result.ending == nil)
    }

    @Test func sizesAreJudgedBeforeMemoryIsTaken() throws {
        let bytes = try Recording.make(.zstd, messages: 40, chunkBytes: 1000)
        func errors(_ limits: MCAPLimits) throws -> [MCAPError.Kind] {
            Array(Set(try Recording.read(try Recording.open(bytes, limits: limits)).errors.map(\.kind)))
        }
        #expect(try errors(MCAPLimits()) == [])
        #expect(try errors(MCAPLimits(chunkBytes: 500)) == [.tooLarge])
        #expect(try errors(MCAPLimits(definitionBytes: 20)).contains(.tooLarge))
        let file = try Recording.open(bytes, limits: MCAPLimits(summaryBytes: 100))
        #expect(file.summary == nil && file.summaryFlaw?.kind == .tooLarge)
    }

    /// A file of one chunk, which says of itself what the test wants.
    private func chunk(unpackedBytes: UInt64, compression: String, _ packed: [UInt8], size: UInt64? = nil) throws
        -> MCAPError?
    {
        var builder = RecordBuilder()
        builder.append(raw: MCAPFormat.magic)
        builder.append(.header) {
            $0.append(text: "")
            $0.append(text: "")
        }
        builder.append(.chunk) {
            $0.append(UInt64(0))
            $0.append(UInt64(0))
            $0.append(unpackedBytes)
            $0.append(UInt32(0))
            $0.append(text: compression)
            $0.append(size ?? UInt64(packed.count))
            $0.append(raw: packed)
        }
        return try Recording.read(try Recording.open(builder.bytes)).errors.first
    }

    @Test func chunksThatLieAreRefused() throws {
        let zeros = try LZ4Frame.compress([UInt8](repeating: 0, count: 100_000))
        #expect(try chunk(unpackedBytes: 9, compression: "lz4", zeros)?.kind == .damaged)
        #expect(try chunk(unpackedBytes: 200_000, compression: "lz4", zeros)?.kind == .damaged)
        #expect(try chunk(unpackedBytes: .max, compression: "lz4", zeros)?.kind == .damaged)
        #expect(try chunk(unpackedBytes: 1 << 40, compression: "zstd", zeros)?.kind == .tooLarge)
        #expect(try chunk(unpackedBytes: 4, compression: "zstd", [1, 2, 3])?.kind == .damaged)
        #expect(try chunk(unpackedBytes: 3, compression: "", [5, 2, 3])?.kind == .damaged)
        #expect(try chunk(unpackedBytes: 3, compression: "", [5, 2, 3], size: 4)?.kind == .damaged)
        let error = try #require(try chunk(unpackedBytes: 3, compression: "bz2", [1, 2, 3]))
        #expect(error.kind == .unsupported && error.detail.contains("'bz2'"))
        #expect(try chunk(unpackedBytes: 0, compression: "zstd", []) == nil)
    }

    @Test func otherFilesAreNamed() throws {
        func refusal(_ start: [UInt8]) -> String? {
            do {
                _ = try Recording.open(start + [UInt8](repeating: 0, count: 100))
                return nil
            } catch { return "\(error)" }
        }
        #expect(refusal(Array("SQLite format 3\0".utf8))?.contains("rosbags-convert") == true)
        #expect(refusal(Array("#ROSBAG V2.0\n".utf8))?.contains("rosbags-convert") == true)
        #expect(refusal([0x28, 0xB5, 0x2F, 0xFD])?.contains("zstd -d") == true)
        #expect(refusal([0x89, 0x4D, 0x43, 0x41, 0x50, 0x31, 0x0D, 0x0A])?.contains("version 1") == true)
        #expect(refusal([1, 2, 3])?.contains("no MCAP file") == true)
    }

    @Test func aNumberStandsForOneThing() throws {
        func file(_ second: MCAPChannel) throws -> [MCAPError] {
            var builder = RecordBuilder()
            builder.append(raw: MCAPFormat.magic)
            builder.append(.header) {
                $0.append(text: "")
                $0.append(text: "")
            }
            MCAPChannel(id: 1, schemaID: 0, topic: "/a", messageEncoding: "json", metadata: [:]).append(to: &builder)
            second.append(to: &builder)
            builder.append(.message) {
                $0.append(UInt16(second.id))
                $0.append(UInt32(0))
                $0.append(UInt64(0))
                $0.append(UInt64(0))
            }
            return try Recording.read(try Recording.open(builder.bytes)).errors
        }
        #expect(try file(MCAPChannel(id: 1, schemaID: 0, topic: "/a", messageEncoding: "json", metadata: [:])) == [])
        #expect(
            try file(MCAPChannel(id: 1, schemaID: 0, topic: "/b", messageEncoding: "json", metadata: [:])).map(\.kind)
                == [.damaged]
        )
        #expect(
            try file(MCAPChannel(id: 2, schemaID: 9, topic: "/b", messageEncoding: "json", metadata: [:])).map(\.kind)
                == [.damaged]
        )
    }
}
