/// A recording, opened: its header, and its summary where it has one.
///
/// ```swift
/// let file = try MCAPFile(path: "drive.mcap")
/// let pass = MCAPPass(file) { channel, schema in channel.topic == "/tf" }
/// while let message = try pass.next() { ... }
/// ```
public struct MCAPFile: Sendable {
    /// The file's bytes.
    public let bytes: any MCAPBytes
    /// What is judged before memory is asked for.
    public let limits: MCAPLimits
    /// The writer's convention, such as `ros2`; often empty.
    public let profile: String
    /// The program that wrote it.
    public let library: String
    /// What its end says about the rest; nil where it has no summary, or a damaged one.
    public let summary: MCAPSummary?
    /// Why a summary that is there is not used.
    public let summaryFlaw: MCAPError?
    /// Whether the file ends as it must; one that was cut, or is still being written, does not.
    public let hasEnd: Bool
    /// Where the footer begins, or the file ends.
    let recordsEnd: Int

    /// Opens a file on disk.
    ///
    /// - Throws: `FileError`, `MCAPError` as `init(bytes:limits:)`.
    public init(path: String, limits: MCAPLimits = MCAPLimits()) throws {
        try self.init(bytes: MCAPFileBytes(path: path), limits: limits)
    }

    /// Opens a recording from its bytes.
    ///
    /// - Throws: `MCAPError` where it is no recording or ends before its first record; whatever reading throws.
    public init(bytes: any MCAPBytes, limits: MCAPLimits = MCAPLimits()) throws {
        self.bytes = bytes
        self.limits = limits
        let magic = MCAPFormat.magic
        let head = try bytes.bytes(at: 0, count: min(bytes.byteCount, OtherFiles.headBytes))
        guard head.starts(with: magic) else { throw OtherFiles.error(for: head) }

        let tail = MCAPFormat.headBytes + MCAPFormat.footerBytes + magic.count
        let isLong = bytes.byteCount >= magic.count + MCAPFormat.headBytes + 8 + tail
        let last = isLong ? try bytes.bytes(at: bytes.byteCount - tail, count: tail) : []
        hasEnd = last.suffix(magic.count) == magic[...]
        let footer = hasEnd ? try? Footer(last.dropLast(magic.count)) : nil
        recordsEnd = footer == nil ? bytes.byteCount - (hasEnd ? magic.count : 0) : bytes.byteCount - tail

        (profile, library) = try Self.header(bytes, end: recordsEnd, limits: limits)
        if let footer {
            do {
                summary = try MCAPSummary(bytes, footer: footer, end: recordsEnd, limits: limits)
                summaryFlaw = nil
            } catch let error as MCAPError {
                summary = nil
                summaryFlaw = error.of("the summary")
            }
        } else {
            summary = nil
            summaryFlaw = hasEnd ? MCAPError(.damaged, "no footer stands before the closing magic number") : nil
        }
    }

    /// Where the first record after the magic number is.
    static let firstRecord = MCAPFormat.magic.count

    private static func header(_ bytes: any MCAPBytes, end: Int, limits: MCAPLimits) throws -> (String, String) {
        let cut = MCAPError(
            .cut,
            "the file ends at byte \(bytes.byteCount), inside its header: nothing of it can be used"
        )
        guard end - firstRecord >= MCAPFormat.headBytes else { throw cut }
        let head = try RecordHead(try bytes.bytes(at: firstRecord, count: MCAPFormat.headBytes)[...])
        guard head.opcode == Opcode.header.rawValue else {
            throw MCAPError(.damaged, "the first record is of kind \(head.opcode) and no header")
        }
        let start = firstRecord + MCAPFormat.headBytes
        guard head.contentBytes <= UInt64(end - start) else { throw cut }
        guard head.contentBytes <= limits.recordBytes else {
            throw MCAPError(.tooLarge, "a header of \(head.contentBytes) bytes")
        }
        var cursor = RecordCursor(try bytes.bytes(at: start, count: Int(head.contentBytes))[...])
        return (try cursor.text(), try cursor.text())
    }

    /// Judges the CRC-32 over everything before the end of the data section, reading a mebibyte at a time.
    ///
    /// - Parameter dataEnd: where the record is that ends the data section.
    /// - Returns: false where the writer made no checksum.
    /// - Throws: `MCAPError` where it differs; whatever reading throws.
    public func judgeDataChecksum(dataEnd: Int) throws -> Bool {
        let record = try bytes.bytes(at: dataEnd, count: MCAPFormat.headBytes + 4)
        let head = try RecordHead(record[...])
        guard head.opcode == Opcode.dataEnd.rawValue else {
            throw MCAPError(.damaged, "no record that ends the data section at byte \(dataEnd)")
        }
        var cursor = RecordCursor(record.dropFirst(MCAPFormat.headBytes))
        let wanted = try cursor.integer(UInt32.self)
        guard wanted != 0 else { return false }
        var (checksum, place): (UInt32, Int) = (0, 0)
        while place < dataEnd {
            let piece = try bytes.bytes(at: place, count: min(1 << 20, dataEnd - place))
            checksum = Checksums.crc32(piece, after: checksum)
            place += piece.count
        }
        guard checksum == wanted else {
            throw MCAPError(.damaged, "the data section does not have the CRC-32 that byte \(dataEnd) says")
        }
        return true
    }
}

/// The last record of a file.
struct Footer {
    /// Where the summary begins; 0: there is none.
    let summaryStart: Int
    /// CRC-32 from there to the end of the footer's offsets; 0: none was made.
    let summaryChecksum: UInt32
    /// The bytes of the footer that the checksum covers.
    let checkedBytes: ArraySlice<UInt8>

    init(_ record: ArraySlice<UInt8>) throws {
        let head = try RecordHead(record)
        guard head.opcode == Opcode.footer.rawValue, head.contentBytes == UInt64(MCAPFormat.footerBytes) else {
            throw MCAPError(.damaged, "no footer")
        }
        var cursor = RecordCursor(record.dropFirst(MCAPFormat.headBytes))
        summaryStart = try cursor.size()
        _ = try cursor.integer(UInt64.self)
        summaryChecksum = try cursor.integer(UInt32.self)
        checkedBytes = record.dropLast(4)
    }
}
