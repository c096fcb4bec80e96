/// Writes rows in the format of `COPY ... WITH (FORMAT binary)`.
///
/// The signature, then for each row an Int16 field count and each field's Int32 size (-1 for NULL) and bytes, all
/// big-endian, then an Int16 of -1 (the COPY page of PostgreSQL's manual, "Binary Format").
public struct BinaryCopyEncoder: Sendable {
    /// What was encoded and not yet taken.
    public private(set) var bytes: [UInt8]

    /// Starts a stream with its signature.
    public init() {
        bytes = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
    }

    /// Starts a row; exactly `fieldCount` appends must follow.
    public mutating func beginRow(fieldCount: Int16) {
        bytes.appendBigEndian(fieldCount)
    }

    /// Appends an `int8` field.
    public mutating func append(_ value: Int64) {
        bytes.appendBigEndian(Int32(8))
        bytes.appendBigEndian(value)
    }

    /// Appends an `int4` field.
    public mutating func append(_ value: Int32) {
        bytes.appendBigEndian(Int32(4))
        bytes.appendBigEndian(value)
    }

    /// Appends a `text` field.
    public mutating func append(_ value: String) {
        bytes.appendBigEndian(Int32(truncatingIfNeeded: value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    /// Appends a `bytea` field.
    public mutating func append(_ value: [UInt8]) {
        bytes.appendBigEndian(Int32(truncatingIfNeeded: value.count))
        bytes.append(contentsOf: value)
    }

    /// Appends a NULL.
    public mutating func appendNull() {
        bytes.appendBigEndian(Int32(-1))
    }

    /// Appends the trailer that ends the stream.
    public mutating func finish() {
        bytes.appendBigEndian(Int16(-1))
    }

    /// Hands out what was encoded so far and goes on with an empty buffer.
    public mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }
}
