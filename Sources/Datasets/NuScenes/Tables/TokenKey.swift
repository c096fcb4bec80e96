/// A token, kept small: the 32 lower-case hexadecimal digits that nuScenes uses are held as 16 bytes, anything else as text.
enum TokenKey: Hashable, Sendable, CustomStringConvertible {
    /// 32 lower-case hexadecimal digits, the first 16 and the last 16.
    case hex(UInt64, UInt64)
    /// Any other token.
    case text(String)

    /// Makes a key from a token's UTF-8 bytes.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.count == 32, let high = Self.digits(bytes[0..<16]), let low = Self.digits(bytes[16..<32]) {
            self = .hex(high, low)
        } else {
            self = .text(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// Makes a key from a token.
    init(_ token: String) {
        self = Array(token.utf8).withUnsafeBufferPointer { TokenKey($0) }
    }

    /// The token itself.
    var description: String {
        switch self {
        case .text(let text):
            return text
        case .hex(let high, let low):
            return [high, low].map { half in
                let digits = String(half, radix: 16)
                return String(repeating: "0", count: 16 - digits.count) + digits
            }.joined()
        }
    }

    /// Whether the token is the empty string, which stands for "none".
    var isEmpty: Bool { self == .text("") }

    private static func digits(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
        var value: UInt64 = 0
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }
}
