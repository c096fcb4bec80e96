/// Multiply-accumulates by kind.
public struct OperationCounts: Codable, Equatable, Sendable {
    /// Real weights and real inputs.
    public var fullPrecisionMACs = 0
    /// Signs and signs.
    public var binaryMACs = 0
    /// Binary weights and real inputs.
    public var binaryWeightMACs = 0

    mutating func add(_ other: OperationCounts) {
        fullPrecisionMACs += other.fullPrecisionMACs
        binaryMACs += other.binaryMACs
        binaryWeightMACs += other.binaryWeightMACs
    }
}
