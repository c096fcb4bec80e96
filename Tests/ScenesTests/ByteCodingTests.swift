import Scenes
import Testing

@Suite("bytes of stored values")
struct ByteCodingTests {
    private static var everything: ByteWriter {
        var writer = ByteWriter([7])
        writer.append(UInt16(0x0102))
        writer.append(Int64(-2))
        writer.append(varint: 300)
        writer.append(varint: .max)
        writer.append(text: "Ä")
        writer.append(text32: "b")
        writer.append(-0.0, .nan)
        writer.append(RigidTransform(translation: SIMD3(1, 2, 3), rotation: .identity))
        writer.append(part: 9, [1, 2])
        return writer
    }

    private func read(_ reader: inout ByteReader) throws(ByteReader.Failure) {
        #expect(try reader.byte() == 7)
        #expect(try reader.integer(UInt16.self) == 0x0102)
        #expect(try reader.integer(Int64.self) == -2)
        #expect(try reader.varint() == 300)
        #expect(try reader.varint() == .max)
        #expect(try reader.text(atMost: 2) == "Ä")
        #expect(try reader.text32() == "b")
        #expect(try reader.finite().sign == .minus)
        #expect(try reader.double().isNaN)
        #expect(try reader.transform().translation == SIMD3(1, 2, 3))
        let part = try reader.part()
        #expect(part.kind == 9 && Array(part.content) == [1, 2])
        try reader.finish()
    }

    @Test("everything is read back, from the middle of an array too")
    func roundTrip() throws {
        let bytes = Self.everything.bytes
        #expect(Array(bytes[..<5]) == [7, 2, 1, 0xFE, 0xFF])
        var reader = ByteReader(bytes)
        try read(&reader)
        reader = ByteReader(([0, 0] + bytes)[2...])
        #expect(reader.offset == 0)
        try read(&reader)
    }

    @Test("bytes that end early are an error at every length")
    func truncation() {
        let bytes = Self.everything.bytes
        for length in 0..<bytes.count {
            var reader = ByteReader(bytes[..<length])
            #expect(throws: ByteReader.Failure.self) {
                _ = try reader.bytes(1 + 2 + 8)
                _ = try (reader.varint(), reader.varint(), reader.text(atMost: 2), reader.text32())
                _ = try (reader.double(), reader.double(), reader.transform(), reader.part())
            }
        }
    }

    @Test(
        "counts and texts are judged before memory is taken",
        arguments: [
            ([0xFF, 0xFF, 0xFF, 0xFF, 0x0F], "4294967295 items are announced where only 0 bytes follow"),
            ([0x80, 0x00], "a number that no writer makes"),
            ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02], "a number that no writer makes"),
            ([2], "2 items are announced where only 0 bytes follow"),
        ] as [([UInt8], String)]
    )
    func counts(bytes: [UInt8], found: String) {
        var reader = ByteReader(bytes)
        #expect(throws: ByteReader.Failure(offset: 0, found: found)) { try reader.count(eachAtLeast: 1) }
        reader = ByteReader([2, 0, 0, 0, 1])
        #expect(throws: ByteReader.Failure(offset: 0, found: "2 items are announced where only 1 bytes follow")) {
            try reader.count32(eachAtLeast: 1)
        }
    }

    @Test("a text that is too long, cut off or not UTF-8 is an error")
    func texts() {
        var reader = ByteReader([3, 65, 65, 65])
        #expect(throws: ByteReader.Failure(offset: 0, found: "a text of 3 bytes")) { try reader.text(atMost: 2) }
        reader = ByteReader([1, 0xFF])
        #expect(throws: ByteReader.Failure(offset: 0, found: "a text is not UTF-8")) { try reader.text(atMost: 2) }
        reader = ByteReader([255, 255, 255, 255, 65])
        #expect(throws: ByteReader.Failure.self) { try reader.text32() }
        reader = ByteReader([0, 0])
        #expect(throws: ByteReader.Failure(offset: 0, found: "2 bytes too many")) { try reader.finish() }
    }
}
