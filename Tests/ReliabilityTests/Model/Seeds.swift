import Foundation

/// SplitMix64 (Steele, Lea, Flood 2014): a small generator that a printed seed repeats.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    mutating func seconds(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &self) }
}

/// Seeds of a randomized test: `OCC_SEED` alone if it is set, else so many fresh ones.
enum Seeds {
    static var replayed: UInt64? { ProcessInfo.processInfo.environment["OCC_SEED"].flatMap { UInt64($0) } }

    static func make(_ count: Int) -> [UInt64] {
        if let replayed { return [replayed] }
        return (0..<count).map { _ in UInt64.random(in: 0...UInt64.max) }
    }
}
