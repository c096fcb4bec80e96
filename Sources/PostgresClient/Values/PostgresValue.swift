/// A parameter of a statement, always bound ($1, $2 ...), never written into the SQL text.
public enum PostgresValue: Sendable, Hashable {
    /// NULL.
    case null
    /// A boolean.
    case bool(Bool)
    /// An `int8`.
    case int(Int64)
    /// A `float8`.
    case double(Double)
    /// A text whose type the server infers from where it stands, so it also serves `jsonb`, `timestamptz` and the like.
    case text(String)
    /// A `bytea`.
    case bytes([UInt8])
    /// An `int8[]`.
    case ints([Int64])
    /// A `text[]`.
    case texts([String])

    /// An `int8`, or NULL for nil.
    public static func int(_ value: Int?) -> PostgresValue { value.map { .int(Int64($0)) } ?? .null }

    /// A text, or NULL for nil.
    public static func optional(_ value: String?) -> PostgresValue { value.map(PostgresValue.text) ?? .null }

    /// A `bytea`, or NULL for nil.
    public static func optional(_ value: [UInt8]?) -> PostgresValue { value.map(PostgresValue.bytes) ?? .null }
}

extension PostgresValue {
    /// The type's OID as in the server's `pg_type.dat`; 0 lets the server infer it.
    var typeOID: UInt32 {
        switch self {
        case .null, .text: 0
        case .bool: PostgresType.bool
        case .int: PostgresType.int8
        case .double: PostgresType.float8
        case .bytes: PostgresType.bytea
        case .ints: PostgresType.int8Array
        case .texts: PostgresType.textArray
        }
    }

    /// Whether the value travels in binary; texts do not, as the server parses them as the type it inferred.
    var isBinary: Bool {
        switch self {
        case .null, .text: false
        default: true
        }
    }

    /// Appends what goes over the wire; texts get the NUL that libpq expects.
    ///
    /// - Throws: `PostgresError` of kind `usage` for a NUL byte inside a text.
    func encode(into buffer: inout [UInt8], operation: String) throws(PostgresError) {
        switch self {
        case .null: break
        case .bool(let value): buffer.append(value ? 1 : 0)
        case .int(let value): buffer.appendBigEndian(value)
        case .double(let value): buffer.appendBigEndian(value.bitPattern)
        case .text(let value):
            try Self.append(value, to: &buffer, operation: operation)
            buffer.append(0)
        case .bytes(let value): buffer.append(contentsOf: value)
        case .ints(let values):
            Self.appendArrayHeader(count: values.count, element: PostgresType.int8, to: &buffer)
            for value in values {
                buffer.appendBigEndian(Int32(8))
                buffer.appendBigEndian(value)
            }
        case .texts(let values):
            Self.appendArrayHeader(count: values.count, element: PostgresType.text, to: &buffer)
            for value in values {
                guard let length = Int32(exactly: value.utf8.count) else {
                    throw PostgresError(.usage, operation: operation, message: "a text parameter exceeds 2 GiB")
                }
                buffer.appendBigEndian(length)
                try Self.append(value, to: &buffer, operation: operation)
            }
        }
    }

    private static func append(
        _ text: String,
        to buffer: inout [UInt8],
        operation: String
    ) throws(PostgresError) {
        guard !text.utf8.contains(0) else {
            throw PostgresError(
                .usage,
                operation: operation,
                message: "a text parameter contains a NUL byte, which PostgreSQL cannot store"
            )
        }
        buffer.append(contentsOf: text.utf8)
    }

    /// The header of a one-dimensional array without NULLs (`array_send` in the server's `arrayfuncs.c`).
    private static func appendArrayHeader(count: Int, element: UInt32, to buffer: inout [UInt8]) {
        buffer.appendBigEndian(Int32(count == 0 ? 0 : 1))
        buffer.appendBigEndian(Int32(0))
        buffer.appendBigEndian(element)
        guard count > 0 else { return }
        buffer.appendBigEndian(Int32(truncatingIfNeeded: count))
        buffer.appendBigEndian(Int32(1))
    }
}

extension [UInt8] {
    /// Appends an integer, most significant byte first.
    mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
