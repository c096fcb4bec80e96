/// Appends little-endian values to a byte array.
struct ByteWriter {
    /// What was written so far.
    private(set) var bytes: [UInt8] = []

    /// Appends an integer of any width, least significant byte first.
    mutating func append<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Appends bytes as they are.
    mutating func append(contentsOf other: [UInt8]) { bytes.append(contentsOf: other) }

    /// Appends a double's 64 bits, so that it is read back exactly.
    mutating func append(_ value: Double) { append(value.bitPattern) }

    /// Appends text as its UTF-8 length (32 bits) and its UTF-8 bytes.
    mutating func append(_ text: String) {
        let utf8 = Array(text.utf8)
        append(UInt32(utf8.count))
        bytes.append(contentsOf: utf8)
    }

    /// Appends a transform: translation x, y, z, then rotation w, x, y, z.
    mutating func append(_ transform: RigidTransform) {
        let (t, q) = (transform.translation, transform.rotation)
        for value in [t.x, t.y, t.z, q.w, q.x, q.y, q.z] { append(value) }
    }
}
