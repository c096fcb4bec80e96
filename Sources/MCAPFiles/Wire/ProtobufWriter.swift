/// Writes protobuf messages; values that are protobuf's defaults are left out, as other writers do.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ number: Int, varint value: UInt64) {
        guard value != 0 else { return }
        key(number, 0)
        varint(value)
    }

    /// A number that stands there though it be 0, as optional fields of protobuf 2 do.
    mutating func add(_ number: Int, presentVarint value: UInt64) {
        key(number, 0)
        varint(value)
    }

    mutating func add(_ number: Int, fixed32 value: UInt32) {
        guard value != 0 else { return }
        key(number, 5)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func add(_ number: Int, double value: Double) {
        guard value.bitPattern != 0 else { return }
        key(number, 1)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func add(_ number: Int, text: String) {
        if !text.isEmpty { add(number, block: text.utf8) }
    }

    mutating func add(_ number: Int, bytes content: some Collection<UInt8>) {
        if !content.isEmpty { add(number, block: content) }
    }

    /// A repeated field, packed.
    mutating func add(_ number: Int, doubles: [Double]) {
        guard !doubles.isEmpty else { return }
        key(number, 2)
        varint(UInt64(doubles.count * 8))
        for value in doubles { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) } }
    }

    /// A message in this one; it stands there though it be empty.
    mutating func add(_ number: Int, _ content: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        content(&inner)
        add(number, block: inner.bytes)
    }

    private mutating func add(_ number: Int, block: some Collection<UInt8>) {
        key(number, 2)
        varint(UInt64(block.count))
        bytes.append(contentsOf: block)
    }

    private mutating func key(_ number: Int, _ wireType: UInt64) { varint(UInt64(number) << 3 | wireType) }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
