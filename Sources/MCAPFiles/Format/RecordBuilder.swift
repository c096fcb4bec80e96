/// Writes little-endian fields.
struct RecordBuilder {
    private(set) var bytes: [UInt8] = []

    mutating func append<Integer: FixedWidthInteger>(_ value: Integer) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(block: some Collection<UInt8>) {
        append(UInt32(block.count))
        bytes.append(contentsOf: block)
    }

    mutating func append(text: String) { append(block: text.utf8) }

    mutating func append(raw: some Sequence<UInt8>) { bytes.append(contentsOf: raw) }

    /// A record: its opcode, the size of its content, its content.
    mutating func append(_ opcode: Opcode, _ content: (inout RecordBuilder) -> Void) {
        append(opcode.rawValue)
        let place = bytes.count
        append(UInt64(0))
        content(&self)
        let size = UInt64(bytes.count - place - 8)
        for index in 0..<8 { bytes[place + index] = UInt8(truncatingIfNeeded: size >> (UInt64(index) * 8)) }
    }

    mutating func removeAll(keepingCapacity: Bool) { bytes.removeAll(keepingCapacity: keepingCapacity) }
}
