/// The header of one member of a tar file: POSIX ustar (IEEE Std 1003.1-1988), with a pax extended header (IEEE Std 1003.1-2001) before it where
/// name or size does not fit.
///
/// Owner, group and mode are the same for everybody: the same members are the same bytes.
struct TarHeader {
    /// Bytes of a block; members begin at multiples of it.
    static let blockBytes = 512

    /// Path of the member, without a slash at its front.
    let name: String
    /// Bytes of its content.
    let byteCount: Int
    /// Time of its last change, seconds since 1970.
    let changedAt_s: Int

    /// Bytes of content with what fills its last block.
    static func padded(_ byteCount: Int) -> Int { (byteCount + blockBytes - 1) / blockBytes * blockBytes }

    /// The header's blocks.
    var bytes: [UInt8] {
        var records: [UInt8] = []
        if name.utf8.count > Self.mostNameBytes { records += Self.record("path", name) }
        if byteCount > Self.mostOctal { records += Self.record("size", "\(byteCount)") }
        guard !records.isEmpty else { return block(name, byteCount, type: "0") }
        let filled = records + [UInt8](repeating: 0, count: Self.padded(records.count) - records.count)
        // Whoever knows no pax headers sees a file of a cut name.
        return block("paxheader", records.count, type: "x") + filled
            + block(String(decoding: name.utf8.suffix(Self.mostNameBytes), as: UTF8.self), byteCount, type: "0")
    }

    private static let mostNameBytes = 100
    /// Eleven octal digits.
    private static let mostOctal = (1 << 33) - 1

    private func block(_ name: String, _ byteCount: Int, type: Unicode.Scalar) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: Self.blockBytes)
        func put(_ text: String, at offset: Int) {
            block.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        put(name, at: 0)
        put("0000644\0", at: 100)
        put("0000000\0", at: 108)
        put("0000000\0", at: 116)
        put(Self.octal(byteCount > Self.mostOctal ? 0 : byteCount, digits: 11) + "\0", at: 124)
        put(Self.octal(min(max(changedAt_s, 0), Self.mostOctal), digits: 11) + "\0", at: 136)
        put(String(repeating: " ", count: 8), at: 148)
        block[156] = UInt8(ascii: type)
        put("ustar\u{0}00", at: 257)
        put("0000000\0", at: 329)
        put("0000000\0", at: 337)
        put(Self.octal(block.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ", at: 148)
        return block
    }

    private static func octal(_ value: Int, digits: Int) -> String {
        let text = String(value, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    /// A pax record: its own length in decimal, a space, `key=value`, a line feed.
    private static func record(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count + 1
        while "\(length)".utf8.count + rest.utf8.count != length { length = "\(length)".utf8.count + rest.utf8.count }
        return Array("\(length)\(rest)".utf8)
    }
}
