internal import ArgumentParser

/// Checks of numbers on a command line.
public enum NumberRange {
    /// Refuses a number outside a range, NaN included, and says which numbers the option takes.
    ///
    /// - Throws: `ValidationError`.
    public static func require<Number: Comparable>(
        _ value: Number,
        in range: ClosedRange<Number>,
        _ option: String
    ) throws {
        guard range.contains(value) else {
            throw ValidationError("\(option) must be \(range.lowerBound) to \(range.upperBound), not \(value)")
        }
    }

    /// A seed: any whole number that 64 bits hold without a sign.
    ///
    /// - Throws: `ValidationError`.
    @Sendable public static func seed(_ text: String) throws -> UInt64 {
        guard let seed = UInt64(text) else {
            throw ValidationError("a seed is a whole number from 0 to \(UInt64.max)")
        }
        return seed
    }
}
