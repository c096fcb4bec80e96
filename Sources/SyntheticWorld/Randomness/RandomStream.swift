/// A reproducible stream of numbers (SplitMix64; Steele, Lea, Flood 2014).
struct RandomStream: Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// An independent stream for a named part of the world, so that changing one part leaves the others as they are.
    init(seed: UInt64, _ parts: UInt64...) {
        var mixed = Self.scramble(seed &+ 0x9E37_79B9_7F4A_7C15)
        for part in parts { mixed = Self.scramble(mixed ^ Self.scramble(part &+ 0xD1B5_4A32_D192_ED03)) }
        state = mixed
    }

    static func scramble(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.scramble(state)
    }

    /// A number in 0..<1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number in a range.
    mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * unit() }

    /// A number in a range.
    mutating func uniform(_ low: Float, _ high: Float) -> Float { low + (high - low) * Float(unit()) }

    /// An integer in 0..<bound; bound is at least 1.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }

    /// True with the given probability.
    mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// One of the elements of a non-empty array.
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}
