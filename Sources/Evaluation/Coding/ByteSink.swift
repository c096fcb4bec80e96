/// Appends the numbers of stored scores and truths: unsigned LEB128 in its shortest form, and little-endian values.
struct ByteSink {
    private(set) var bytes: [UInt8]

    init(_ head: [UInt8] = []) { bytes = head }

    mutating func append(bytes more: [UInt8]) { bytes += more }

    /// Appends an unsigned LEB128 number.
    mutating func append(number value: UInt64) {
        var rest = value
        while rest >= 128 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func append(byte: UInt8) { bytes.append(byte) }

    mutating func append(littleEndian value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ values: Double...) {
        for value in values { append(littleEndian: value.bitPattern) }
    }

    /// Appends a text: its length in bytes, then its UTF-8.
    mutating func append(text: String) {
        append(number: UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }
}
