/// SplitMix64: a repeatable source of random numbers.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    /// Bytes that compress in part: runs and noise.
    mutating func content(bytes: Int) -> [UInt8] {
        var content: [UInt8] = []
        while content.count < bytes {
            let run = min(Int(next() % 1000) + 1, bytes - content.count)
            if next() % 2 == 0 {
                content += [UInt8](repeating: UInt8(truncatingIfNeeded: next()), count: run)
            } else {
                for _ in 0..<run { content.append(UInt8(truncatingIfNeeded: next())) }
            }
        }
        return content
    }
}
