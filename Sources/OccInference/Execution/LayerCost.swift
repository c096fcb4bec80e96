/// Multiply-accumulates of one layer for one keyframe.
struct LayerCost: Sendable {
    /// The layer's name.
    let layer: String
    /// Shape of its output.
    var output: [Int]
    /// Real weights and real inputs.
    var fullPrecisionMACs = 0
    /// Signs times signs.
    var binaryMACs = 0
    /// Signs as weights, real inputs.
    var binaryWeightMACs = 0
    /// The part of all these that is not done again for the next keyframe of a scene.
    var remembered = OperationCounts()

    /// Says that all of it is remembered.
    mutating func markRemembered() {
        remembered = OperationCounts(
            fullPrecisionMACs: fullPrecisionMACs,
            binaryMACs: binaryMACs,
            binaryWeightMACs: binaryWeightMACs
        )
    }

    /// Adds the same layer's work on further images.
    mutating func add(_ other: LayerCost) {
        output[0] += other.output[0]
        fullPrecisionMACs += other.fullPrecisionMACs
        binaryMACs += other.binaryMACs
        binaryWeightMACs += other.binaryWeightMACs
        remembered.add(other.remembered)
    }
}
