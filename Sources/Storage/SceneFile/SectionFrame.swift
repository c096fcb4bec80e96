internal import Foundation
internal import LZ4Frames

/// The three skippable frames of a scene file, all of one shape (`docs/scene-file.md`, "Header, record and index frames").
enum SectionFrame: UInt8, CaseIterable {
    case header = 0
    case record = 1
    case index = 2

    /// Magic number, size, tag, version and reserved field.
    static let headBytes = 20
    /// The frame's own offset and its checksum.
    static let tailBytes = 12

    var tag: String {
        switch self {
        case .header: "OCCSCENE"
        case .record: "OCCSAMPL"
        case .index: "OCCINDEX"
        }
    }

    var maximumJSONBytes: Int { self == .index ? SceneFileLimits.indexJSONBytes : SceneFileLimits.headerJSONBytes }

    /// The bytes of a frame that is to stand at an offset.
    func encode(_ value: some Encodable, at offset: Int, path: String) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = try encoder.encode(value)
        guard json.count <= maximumJSONBytes else {
            throw StorageError(
                .invalidSample,
                source: path,
                "\(json.count) bytes of \(self) text exceed \(maximumJSONBytes)"
            )
        }
        let userDataBytes = json.count + Self.headBytes + Self.tailBytes - SkippableFrame.headBytes
        var frame = SkippableFrame.head(kind: rawValue, userDataBytes: userDataBytes)
        frame += Array(tag.utf8)
        frame += Self.bytes(UInt16(SceneFileLimits.version)) + [0, 0]
        frame += json
        frame += Self.bytes(UInt64(offset))
        frame += Self.bytes(CRC32.checksum(frame))
        return frame
    }

    /// What the first 20 bytes of a frame tell.
    struct Head {
        let section: SectionFrame
        let frameBytes: Int
    }

    /// Reads the head at an offset; nothing in it is trusted beyond its bounds before `decode` has checked the whole frame.
    static func head(_ bytes: [UInt8], at offset: Int, path: String) throws -> Head {
        let damage = { (found: String) in StorageError(.damaged(offset: offset), source: path, found) }
        let parsed = bytes.withUnsafeBytes { SkippableFrame.parseHead($0) }
        guard bytes.count == headBytes, let parsed, let section = SectionFrame(rawValue: parsed.kind) else {
            throw damage("no header, record or index frame begins here")
        }
        guard bytes[8..<16].elementsEqual(section.tag.utf8) else {
            throw damage("the \(section) frame has a wrong tag")
        }
        let version = Int(bytes[16]) | Int(bytes[17]) << 8
        guard version == SceneFileLimits.version else {
            throw StorageError(
                .unsupportedVersion(version),
                source: path,
                "the \(section) frame at byte \(offset) has format version \(version), this program reads "
                    + "\(SceneFileLimits.version); use a newer program, or the file is damaged"
            )
        }
        guard bytes[18] == 0 && bytes[19] == 0 else { throw damage("the \(section) frame's reserved field is not 0") }
        let frameBytes = parsed.userDataBytes + SkippableFrame.headBytes
        guard frameBytes > headBytes + tailBytes, frameBytes - headBytes - tailBytes <= section.maximumJSONBytes else {
            throw damage("the \(section) frame cannot have \(frameBytes) bytes")
        }
        return Head(section: section, frameBytes: frameBytes)
    }

    /// Checks a whole frame and decodes its JSON.
    func decode<Value: Decodable>(_ type: Value.Type, from frame: [UInt8], at offset: Int, path: String) throws -> Value
    {
        let damage = { (found: String) in StorageError(.damaged(offset: offset), source: path, found) }
        let head = try Self.head(Array(frame.prefix(Self.headBytes)), at: offset, path: path)
        guard head.section == self else { throw damage("a \(head.section) frame stands in place of a \(self) frame") }
        guard head.frameBytes == frame.count else { throw damage("the \(self) frame's size is wrong") }
        let tail = frame.withUnsafeBytes {
            (
                offset: UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: frame.count - 12, as: UInt64.self)),
                checksum: UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: frame.count - 4, as: UInt32.self))
            )
        }
        let checksum = frame.withUnsafeBytes { CRC32.checksum(UnsafeRawBufferPointer(rebasing: $0.dropLast(4))) }
        guard checksum == tail.checksum else { throw damage("the \(self) frame's checksum is wrong") }
        guard tail.offset == UInt64(offset) else {
            throw damage("the \(self) frame was written for byte \(tail.offset), so it is not in its place")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(frame[Self.headBytes..<frame.count - Self.tailBytes]))
        } catch {
            throw damage("the \(self) frame's JSON is not what the format says: \(error)")
        }
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
