import TestSupport

extension SeededGenerator {
    /// Values in -2 ..< 2, exactly 0 or -0 with a chance of `zerosIn256` in 256.
    mutating func values(_ count: Int, zerosIn256: UInt64 = 0) -> [Float] {
        (0..<count).map { _ in
            let bits = next()
            if bits & 255 < zerosIn256 { return bits & 256 == 0 ? 0 : -0.0 }
            return Float(Double(bits >> 11) / 9_007_199_254_740_992 * 4 - 2)
        }
    }
}

/// Weights `[out, ...]` with their zeros left in every third block of 16 output channels only, or in all if there is one.
func withZerosInSomeBlocks(_ weights: [Float], outChannels: Int) -> [Float] {
    guard outChannels > 16 else { return weights }
    let perChannel = weights.count / outChannels
    return weights.enumerated().map { index, weight in
        weight == 0 && index / perChannel / 16 % 3 != 1 ? 1 : weight
    }
}
