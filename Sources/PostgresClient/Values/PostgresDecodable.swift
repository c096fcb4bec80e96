public import struct Foundation.Date

/// A type that a result's cell can be read as.
public protocol PostgresDecodable {
    /// Reads a cell that is not NULL, or returns nil if the column's type or the bytes do not fit.
    ///
    /// - Parameters:
    ///   - bytes: the value in PostgreSQL's binary format.
    ///   - type: the OID of the column's type.
    init?(postgresBytes bytes: ArraySlice<UInt8>, type: UInt32)
}

extension ArraySlice<UInt8> {
    /// The whole slice as one big-endian integer, nil unless it has exactly that size.
    func bigEndianInteger<I: FixedWidthInteger>(_: I.Type) -> I? {
        guard count == MemoryLayout<I>.size else { return nil }
        return reduce(0) { ($0 << 8) | I(truncatingIfNeeded: $1) }
    }
}

extension Int64: PostgresDecodable {
    /// Reads `int2`, `int4`, `int8` and `oid`.
    public init?(postgresBytes bytes: ArraySlice<UInt8>, type: UInt32) {
        let value: Int64? =
            switch type {
            case PostgresType.int8: bytes.bigEndianInteger(Int64.self)
            case PostgresType.int4: bytes.bigEndianInteger(Int32.self).map(Int64.init)
            case PostgresType.int2: bytes.bigEndianInteger(Int16.self).map(Int64.init)
            case PostgresType.oid: bytes.bigEndianInteger(UInt32.self).map(Int64.init)
            default: nil
            }
        guard let value else { return nil }
        self = value
    }
}

extension Int: PostgresDecodable {
    /// Reads `int2`, `int4`, `int8` and `oid`.
    public init?(postgresBytes bytes: ArraySlice<UInt8>, type: UInt32) {
        guard let value = Int64(postgresBytes: bytes, type: type) else { return nil }
        self.init(exactly: value)
    }
}

extension Double: PostgresDecodable {
    /// Reads `float4` and `float8`.
    public init?(postgresBytes bytes: ArraySlice<UInt8>, type: UInt32) {
        switch type {
        case PostgresType.float8:
            guard let bits = bytes.bigEndianInteger(UInt64.self) else { return nil }
            self.init(bitPattern: bits)
        case PostgresType.float4:
            guard let bits = bytes.bigEndianInteger(UInt32.self) else { return nil }
            self.init(Float(bitPattern: bits))
        default: return nil
        }
    }
}

extension Bool: PostgresDecodable {
    /// Reads `bool`.
    public init?(postgresBytes bytes: ArraySlice<UInt8>, type: UInt32) {
        guard type == PostgresType.bool, bytes.count == 1, let byte = bytes.first else { return nil }
        self = byte != 0
    }
}

extension String: PostgresDecodable {
    /// Reads `text`, `varchar`, `char`, `name`, `json`, `jsonb` and values whose type is unknown to the server.
    public init?(postgresBytes bytes: ArraySlice<UInt8>, type: UInt32) {
        switch type {
        case PostgresType.text, PostgresType.varchar, PostgresType.bpchar, PostgresType.name, PostgresType.char,
            PostgresType.json:
            self.init(validating: bytes, as: UTF8.self)
        case PostgresType.jsonb:
            // One byte of version before the text (`jsonb_send`).
            guard bytes.first == 1 else { return nil }
            self.init(validating: bytes.dropFirst(), as: UTF8.self)
        default: return nil
        }
    }
}

extension Date: PostgresDecodable {
    /// Reads `timestamptz`: microseconds since 2000-01-01 00:00 UTC; `infinity` is refused.
    public init?(postgresBytes bytes: ArraySlice<UInt8>, type: UInt32) {
        guard type == PostgresType.timestamptz, let microseconds = bytes.bigEndianInteger(Int64.self),
            microseconds != .max, microseconds != .min
        else { return nil }
        self.init(timeIntervalSince1970: 946_684_800 + Double(microseconds) / 1e6)
    }
}

extension [UInt8]: PostgresDecodable {
    /// Reads `bytea`.
    public init?(postgresBytes bytes: ArraySlice<UInt8>, type: UInt32) {
        guard type == PostgresType.bytea else { return nil }
        self.init(bytes)
    }
}

extension [Int64] {
    /// Reads a one-dimensional `int8[]` without NULLs (`array_send` in the server's `arrayfuncs.c`).
    init?(postgresArray bytes: ArraySlice<UInt8>, type: UInt32) {
        guard type == PostgresType.int8Array else { return nil }
        var rest = bytes
        func next() -> Int32? {
            defer { rest = rest.dropFirst(4) }
            return rest.prefix(4).bigEndianInteger(Int32.self)
        }
        guard let dimensions = next(), let hasNulls = next(), next() != nil, hasNulls == 0 else { return nil }
        self.init()
        guard dimensions != 0 else { return }
        guard dimensions == 1, let count = next(), next() != nil, count >= 0, rest.count == Int(count) * 12 else {
            return nil
        }
        reserveCapacity(Int(count))
        while !rest.isEmpty {
            guard next() == 8, let value = rest.prefix(8).bigEndianInteger(Int64.self) else { return nil }
            append(value)
            rest = rest.dropFirst(8)
        }
    }
}
