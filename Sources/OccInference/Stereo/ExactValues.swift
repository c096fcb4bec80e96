/// Numbers that are compared by their bits: equal inputs give equal results, and nothing else is taken for equal.
struct ExactValues: Equatable, Sendable {
    private let bits: [UInt32]

    init(_ values: [Float]...) {
        bits = values.flatMap { $0.map(\.bitPattern) }
    }
}
