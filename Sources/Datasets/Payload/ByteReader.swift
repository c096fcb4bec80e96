/// Takes little-endian values from a byte array, judging every length before it is used.
struct ByteReader {
    /// A value that reaches beyond the end, or is not what it should be.
    struct Failure: Error {
        /// The offset of the value in bytes.
        let offset: Int
        /// What was found.
        let found: String
    }

    private let bytes: [UInt8]
    /// The offset of the next value in bytes.
    private(set) var offset = 0

    /// Makes a reader at the start of bytes.
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// How many bytes are left.
    var remaining: Int { bytes.count - offset }

    /// Takes an integer, least significant byte first.
    mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(Failure) -> Value {
        let size = MemoryLayout<Value>.size
        try need(size)
        var value: Value = 0
        for index in (0..<size).reversed() { value = value << 8 | Value(truncatingIfNeeded: bytes[offset + index]) }
        offset += size
        return value
    }

    /// Takes a finite double.
    mutating func number() throws(Failure) -> Double {
        let start = offset
        let value = Double(bitPattern: try integer(UInt64.self))
        guard value.isFinite else { throw Failure(offset: start, found: "a number is not finite") }
        return value
    }

    /// Takes text.
    mutating func text() throws(Failure) -> String {
        let start = offset
        let count = Int(try integer(UInt32.self))
        try need(count)
        guard let text = String(validating: bytes[offset..<offset + count], as: UTF8.self) else {
            throw Failure(offset: start, found: "a text is not UTF-8")
        }
        offset += count
        return text
    }

    /// Takes a count of items of which each has at least a known number of bytes.
    mutating func count(ofItemsOfAtLeast itemBytes: Int) throws(Failure) -> Int {
        let start = offset
        let count = Int(try integer(UInt32.self))
        guard count <= remaining / itemBytes else {
            throw Failure(offset: start, found: "\(count) items are announced where only \(remaining) bytes follow")
        }
        return count
    }

    /// Takes a transform.
    mutating func transform() throws(Failure) -> RigidTransform {
        let translation = SIMD3(try number(), try number(), try number())
        let rotation = Quaternion(w: try number(), x: try number(), y: try number(), z: try number())
        return RigidTransform(translation: translation, rotation: rotation)
    }

    private func need(_ size: Int) throws(Failure) {
        guard size <= remaining else {
            throw Failure(offset: offset, found: "\(size) bytes are needed where only \(remaining) follow")
        }
    }
}
