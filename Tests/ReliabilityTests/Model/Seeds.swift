import Foundation
import TestSupport

extension SeededGenerator {
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
