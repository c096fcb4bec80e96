/// Takes what a `ByteWriter` appended, judging every length before it is used.
public struct ByteReader {
    /// A value that reaches beyond the end, or is not what it should be.
    public struct Failure: Error, Equatable, CustomStringConvertible {
        /// The offset of the value in bytes.
        public let offset: Int
        /// What was found.
        public let found: String

        /// Makes a failure.
        public init(offset: Int, found: String) {
            self.offset = offset
            self.found = found
        }

        /// What was found, and where.
        public var description: String { "\(found), at byte \(offset)" }
    }

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    /// Makes a reader at the start of bytes.
    public init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    /// Makes a reader at the start of some bytes of an array.
    public init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// The offset of the next value in bytes.
    public var offset: Int { position - bytes.startIndex }

    /// How many bytes are left.
    public var remaining: Int { bytes.endIndex - position }

    /// A failure at the next value.
    public func failure(_ found: String) -> Failure { Failure(offset: offset, found: found) }

    /// Judges that nothing is left.
    public func finish() throws(Failure) {
        guard remaining == 0 else { throw failure("\(remaining) bytes too many") }
    }

    /// Takes one byte.
    public mutating func byte() throws(Failure) -> UInt8 { try integer() }

    /// Takes bytes as they are.
    public mutating func bytes(_ count: Int) throws(Failure) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else {
            throw failure("\(count) bytes are needed where only \(remaining) follow")
        }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// Takes an integer, least significant byte first.
    public mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(Failure) -> Value {
        var value: Value = 0
        for byte in try bytes(MemoryLayout<Value>.size).reversed() {
            value = value << 8 | Value(truncatingIfNeeded: byte)
        }
        return value
    }

    /// Takes a double of any bits.
    public mutating func double() throws(Failure) -> Double { Double(bitPattern: try integer()) }

    /// Takes a finite double.
    public mutating func finite() throws(Failure) -> Double {
        let start = offset
        let value = try double()
        guard value.isFinite else { throw Failure(offset: start, found: "a number is not finite") }
        return value
    }

    /// Takes an unsigned LEB128 number in its shortest form.
    public mutating func varint() throws(Failure) -> UInt64 {
        let start = offset
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let byte = try byte()
            let part = UInt64(byte & 127)
            guard shift < 63 || part <= 1, byte != 0 || shift == 0 else { break }
            value |= part << shift
            if byte < 128 { return value }
        }
        throw Failure(offset: start, found: "a number that no writer makes")
    }

    /// Takes a count, as a varint, of items that each take so many bytes or more.
    public mutating func count(eachAtLeast itemBytes: Int) throws(Failure) -> Int {
        let start = offset
        let count = try varint()
        return try judged(count, eachAtLeast: itemBytes, start)
    }

    /// Takes a count, in 32 bits, of items that each take so many bytes or more.
    public mutating func count32(eachAtLeast itemBytes: Int) throws(Failure) -> Int {
        let start = offset
        let count = UInt64(try integer(UInt32.self))
        return try judged(count, eachAtLeast: itemBytes, start)
    }

    /// Takes a text of so many bytes at most whose length is a varint.
    public mutating func text(atMost limit: UInt64) throws(Failure) -> String {
        let start = offset
        let count = try varint()
        guard count <= limit else { throw Failure(offset: start, found: "a text of \(count) bytes") }
        return try text(ofBytes: Int(count), start)
    }

    /// Takes a text whose length is of 32 bits.
    public mutating func text32() throws(Failure) -> String {
        let start = offset
        return try text(ofBytes: Int(try integer(UInt32.self)), start)
    }

    /// Takes a vector of finite numbers.
    public mutating func vector() throws(Failure) -> SIMD3<Double> { SIMD3(try finite(), try finite(), try finite()) }

    /// Takes a quaternion of finite numbers.
    public mutating func quaternion() throws(Failure) -> Quaternion {
        Quaternion(w: try finite(), x: try finite(), y: try finite(), z: try finite())
    }

    /// Takes a transform of finite numbers.
    public mutating func transform() throws(Failure) -> RigidTransform {
        RigidTransform(translation: try vector(), rotation: try quaternion())
    }

    /// Takes a part of an envelope.
    public mutating func part() throws(Failure) -> (kind: UInt8, content: ArraySlice<UInt8>) {
        (try byte(), try bytes(Int(try integer(UInt32.self))))
    }

    /// A count that can be, by what is left now.
    private func judged(_ count: UInt64, eachAtLeast itemBytes: Int, _ start: Int) throws(Failure) -> Int {
        guard count <= UInt64(remaining / itemBytes) else {
            throw Failure(offset: start, found: "\(count) items are announced where only \(remaining) bytes follow")
        }
        return Int(count)
    }

    private mutating func text(ofBytes count: Int, _ start: Int) throws(Failure) -> String {
        guard let text = String(validating: try bytes(count), as: UTF8.self) else {
            throw Failure(offset: start, found: "a text is not UTF-8")
        }
        return text
    }
}
