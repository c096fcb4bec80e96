/// Multiply-accumulates that a layer takes in one run of its steps.
public struct LayerCost: Equatable, Sendable {
    /// The layer's name; what its several operations cost is added up under it.
    public let layer: String
    /// Shape of its output.
    public var output: [Int]
    /// Real weights and real inputs.
    public var fullPrecisionMACs: Int
    /// Signs times signs.
    public var binaryMACs: Int
    /// Signs as weights, real inputs.
    public var binaryWeightMACs: Int
    /// What decides which binary kernels are quickest; nil for other layers than BDC units.
    public var unit: UnitShape?

    /// Makes a cost from its parts.
    public init(
        layer: String,
        output: [Int],
        fullPrecisionMACs: Int = 0,
        binaryMACs: Int = 0,
        binaryWeightMACs: Int = 0,
        unit: UnitShape? = nil
    ) {
        self.layer = layer
        self.output = output
        self.fullPrecisionMACs = fullPrecisionMACs
        self.binaryMACs = binaryMACs
        self.binaryWeightMACs = binaryWeightMACs
        self.unit = unit
    }
}
