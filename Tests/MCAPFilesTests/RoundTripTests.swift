import TestSupport
import Testing

@testable import MCAPFiles

/// What the writer writes, the reader reads.
@Suite("Recordings written and read")
struct RoundTripTests {
    @Test(arguments: ChunkCompression.allCases)
    func messagesComeBack(compression: ChunkCompression) throws {
        let file = try Recording.open(try Recording.make(compression))
        #expect(file.profile == "p" && file.hasEnd && file.summaryFlaw == nil)
        let result = try Recording.read(file)
        #expect(result.errors == [])
        #expect(result.messages.count == 12)
        for (index, message) in result.messages.enumerated() {
            #expect(message.channel.topic == (index % 2 == 0 ? "/a" : "/b"))
            #expect(message.schema?.name == (index % 2 == 0 ? "A" : nil))
            #expect(message.logTime_ns == Recording.start_ns + Int64(index))
            #expect(message.publishTime_ns == 5 && message.sequence == UInt32(index / 2))
            #expect(Array(message.data) == [UInt8](repeating: UInt8(index), count: 20 + index))
        }
        #expect(result.messages[0].channel.metadata == ["k": "v", "j": ""])
        guard case .whole(let dataEnd?) = result.ending else {
            Issue.record("ended by \(String(describing: result.ending))")
            return
        }
        #expect(try file.judgeDataChecksum(dataEnd: dataEnd))
    }

    @Test func theSummarySaysWhatIsThere() throws {
        let summary = try #require(try Recording.open(try Recording.make()).summary)
        #expect(summary.definitions.channels.count == 2 && summary.definitions.schemas.count == 1)
        let statistics = try #require(summary.statistics)
        #expect(statistics.messages == 12 && statistics.channelMessages == [1: 6, 2: 6])
        #expect(statistics.times_ns == Recording.start_ns...(Recording.start_ns + 11))
        #expect(Int(statistics.chunks) == summary.chunks.count && summary.chunks.count > 2)
        #expect(summary.chunks.first?.channels == [1, 2])
        #expect(summary.chunks.allSatisfy { $0.compression == "zstd" && $0.packedBytes > 0 })
    }

    @Test func theSameCallsGiveTheSameBytes() throws {
        for compression in ChunkCompression.allCases {
            #expect(try Recording.make(compression) == Recording.make(compression))
        }
        // Nothing of the machine, the day or a library's version: these bytes were read with the official Python library.
        let golden = try TestFiles.bytes("Tests/MCAPFilesTests/Goldens/ours.mcap")
        #expect(try Recording.drive(moments: 1, compression: .none) == golden)
    }

    @Test(arguments: ChunkCompression.allCases)
    func everyMessageIsFoundByItsReference(compression: ChunkCompression) throws {
        let file = try Recording.open(try Recording.make(compression))
        let messages = try Recording.read(file).messages
        let reader = MCAPMessageReader(file)
        for message in messages.reversed() {
            let reference = try #require(MessageReference(message.reference.description))
            let found = try reader.message(at: reference)
            #expect(found.data == message.data && found.logTime_ns == message.logTime_ns)
            #expect(found.channelID == message.channel.id)
            // Beside a message is none, though its bytes may look like one.
            let beside = MessageReference(record: reference.record, offset: (reference.offset ?? 0) + 1)
            #expect(throws: MCAPError.self) { try reader.message(at: beside) }
        }
        for wrong in [
            MessageReference(record: 0, offset: 0), MessageReference(record: -1, offset: nil),
            MessageReference(record: .max, offset: 3),
        ] {
            #expect(throws: MCAPError.self) { try reader.message(at: wrong) }
        }
    }

    @Test func referencesAreTexts() {
        #expect(MessageReference("12:34") == MessageReference(record: 12, offset: 34))
        #expect(MessageReference("12") == MessageReference(record: 12, offset: nil))
        for wrong in ["", ":", "1:", ":1", "-1", "1:2:3", "+1", "99999999999999999999"] {
            #expect(MessageReference(wrong) == nil, "\(wrong)")
        }
    }

    @Test func chunksWithoutWantedMessagesAreSteppedOver() throws {
        let sink = MCAPMemorySink()
        let writer = try MCAPWriter(sink, chunkBytes: 1)
        let channels = try ["/a", "/b"].map { try writer.addChannel(topic: $0, schema: 0, messageEncoding: "json") }
        for index in 0..<10 { try writer.write([1], channel: channels[index % 2], logTime_ns: Int64(index)) }
        try writer.finish()
        let pass = MCAPPass(try Recording.open(sink.bytes)) { channel, _ in channel.topic == "/b" }
        var count = 0
        while let message = try pass.next() {
            #expect(message.channel.topic == "/b")
            count += 1
        }
        #expect(count == 5 && pass.chunksSkipped == 5 && pass.chunksRead == ["zstd": 5])
    }

    @Test func filesOnDiskAreReadTheSame() throws {
        let folder = try TemporaryFolder()
        let bytes = try Recording.make()
        let sink = try MCAPFileSink(path: folder.file("a.mcap"))
        try sink.append(bytes)
        try sink.close()
        let file = try MCAPFile(path: folder.file("a.mcap"))
        #expect(
            try Recording.read(file).messages.map(PlainMessage.init)
                == Recording.read(Recording.open(bytes)).messages.map(PlainMessage.init)
        )
        #expect(throws: (any Error).self) { try MCAPFile(path: folder.path) }
        #expect(throws: (any Error).self) { try MCAPFile(path: folder.file("none")) }
    }

    @Test func whatMakesNoLegalFileIsRefused() throws {
        let writer = try MCAPWriter(MCAPMemorySink())
        #expect(throws: MCAPError.self) { try writer.addChannel(topic: "", schema: 1, messageEncoding: "") }
        #expect(throws: MCAPError.self) { try writer.write([], channel: 1, logTime_ns: 0) }
        let channel = try writer.addChannel(topic: "", schema: 0, messageEncoding: "")
        #expect(throws: MCAPError.self) { try writer.write([], channel: channel, logTime_ns: -1) }
        try writer.finish()
        #expect(throws: MCAPError.self) { try writer.write([], channel: channel, logTime_ns: 0) }
        #expect(throws: MCAPError.self) { try writer.finish() }
    }

    @Test func recordingsWithoutMessagesAreLegal() throws {
        let sink = MCAPMemorySink()
        try MCAPWriter(sink).finish()
        let file = try Recording.open(sink.bytes)
        #expect(try Recording.read(file).messages.isEmpty)
        #expect(file.summary?.statistics?.messages == 0)
    }
}
