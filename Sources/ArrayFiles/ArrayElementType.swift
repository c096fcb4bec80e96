/// The type of an array's elements, as `.npy` and safetensors files name it; little endian always.
public enum ArrayElementType: Equatable, Hashable, Sendable {
    /// One byte, 0 or 1: `|b1`, `BOOL`.
    case bool
    /// Unsigned byte: `|u1`, `U8`.
    case uint8
    /// Signed byte: `|i1`, `I8`.
    case int8
    /// `<u2`, `U16`.
    case uint16
    /// `<i2`, `I16`.
    case int16
    /// `<u4`, `U32`.
    case uint32
    /// `<i4`, `I32`.
    case int32
    /// `<u8`, `U64`.
    case uint64
    /// `<i8`, `I64`.
    case int64
    /// IEEE half precision: `<f2`, `F16`.
    case float16
    /// The upper half of a `float32`: `BF16`; `.npy` files have no name for it.
    case bfloat16
    /// `<f4`, `F32`.
    case float32
    /// `<f8`, `F64`.
    case float64
    /// Text of a fixed number of UTF-32 characters padded with zeros: `<U12`; safetensors files have no name for it.
    case text(characters: Int)

    /// Size of one element in bytes.
    public var byteCount: Int {
        switch self {
        case .bool, .uint8, .int8: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        case .text(let characters): characters * 4
        }
    }

    /// The name that numpy writes, such as `<f4`; nil for `bfloat16`.
    public var numpyName: String? {
        if case .text(let characters) = self { return "<U\(characters)" }
        return Self.names.first { $0.type == self }?.numpy
    }

    /// The name that safetensors files use, such as `F32`; nil for text.
    public var safetensorsName: String? {
        Self.names.first { $0.type == self }?.safetensors
    }

    /// The type that a numpy `descr` names, or nil where this project does not read it (big endian, complex, objects).
    init?(numpyName: String) {
        if let row = Self.names.first(where: { $0.numpy == numpyName }) {
            self = row.type
        } else if numpyName.hasPrefix("<U"), let characters = Int(numpyName.dropFirst(2)),
            (0...Self.largestText).contains(characters), numpyName == "<U\(characters)"
        {
            self = .text(characters: characters)
        } else {
            return nil
        }
    }

    /// The type that a safetensors header names, or nil where this project does not read it.
    init?(safetensorsName: String) {
        guard let row = Self.names.first(where: { $0.safetensors == safetensorsName }) else { return nil }
        self = row.type
    }

    /// Bound on the characters of one text element, so that sizes cannot overflow.
    static let largestText = 1 << 20

    private static let names: [(type: ArrayElementType, numpy: String?, safetensors: String)] = [
        (.bool, "|b1", "BOOL"), (.uint8, "|u1", "U8"), (.int8, "|i1", "I8"), (.uint16, "<u2", "U16"),
        (.int16, "<i2", "I16"), (.uint32, "<u4", "U32"), (.int32, "<i4", "I32"), (.uint64, "<u8", "U64"),
        (.int64, "<i8", "I64"), (.float16, "<f2", "F16"), (.bfloat16, nil, "BF16"), (.float32, "<f4", "F32"),
        (.float64, "<f8", "F64"),
    ]
}
