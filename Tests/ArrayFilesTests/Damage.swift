import Foundation

/// Every way of cutting a file short and of flipping one of its bits.
enum Damage {
    /// All proper prefixes.
    static func truncations(of file: [UInt8]) -> [[UInt8]] {
        (0..<file.count).map { Array(file[..<$0]) }
    }

    /// Calls `body` with each single-bit error.
    static func forEachFlip(of file: [UInt8], _ body: (Int, [UInt8]) throws -> Void) rethrows {
        var damaged = file
        for bit in 0..<(file.count * 8) {
            damaged[bit / 8] ^= 1 << (bit % 8)
            try body(bit, damaged)
            damaged[bit / 8] ^= 1 << (bit % 8)
        }
    }
}

/// Bytes from hexadecimal digits.
func bytes(hex: String) -> [UInt8] {
    let digits = Array(hex.utf8).map { UInt8(Character(Unicode.Scalar($0)).hexDigitValue!) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
