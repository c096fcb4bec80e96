/// Appends numbers, texts and parts to a byte array: all little-endian, lengths before what they measure.
public struct ByteWriter {
    /// What was written so far.
    public private(set) var bytes: [UInt8]

    /// Makes a writer behind bytes that stand at the start.
    public init(_ head: [UInt8] = []) { bytes = head }

    /// Appends one byte.
    public mutating func append(byte: UInt8) { bytes.append(byte) }

    /// Appends bytes as they are.
    public mutating func append(contentsOf other: some Sequence<UInt8>) { bytes.append(contentsOf: other) }

    /// Appends zeros up to an offset.
    public mutating func append(zerosUpTo offset: Int) {
        bytes.append(contentsOf: repeatElement(0, count: offset - bytes.count))
    }

    /// Appends an integer of any width, least significant byte first.
    public mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Appends the 64 bits of each double, so that it is read back exactly.
    public mutating func append(_ values: Double...) {
        for value in values { append(value.bitPattern) }
    }

    /// Appends an unsigned LEB128 number in its shortest form.
    public mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 128 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Appends a text: the length of its UTF-8 as a varint, then its UTF-8.
    public mutating func append(text: String) {
        append(varint: UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// Appends a text: the length of its UTF-8 in 32 bits, then its UTF-8.
    public mutating func append(text32 text: String) {
        append(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// Appends a vector: x, y, z.
    public mutating func append(_ v: SIMD3<Double>) { append(v.x, v.y, v.z) }

    /// Appends a quaternion: w, x, y, z.
    public mutating func append(_ q: Quaternion) { append(q.w, q.x, q.y, q.z) }

    /// Appends a transform: translation, then rotation.
    public mutating func append(_ transform: RigidTransform) {
        append(transform.translation)
        append(transform.rotation)
    }

    /// Appends a part of an envelope: its kind, the length of its content in 32 bits, its content.
    public mutating func append(part kind: UInt8, _ content: [UInt8]) {
        bytes.append(kind)
        append(UInt32(content.count))
        bytes += content
    }
}
