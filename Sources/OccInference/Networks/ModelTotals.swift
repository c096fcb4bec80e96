internal import TensorRuntime

/// Parameters and operations of a whole network for one keyframe.
public struct ModelTotals: Codable, Equatable, Sendable {
    /// All parameters.
    public var parameters = 0
    /// Parameters of which only the sign is used.
    public var binaryParameters = 0
    /// Learnable shifts and factors around signs and RPReLUs: neither binary nor part of a convolution, linear layer, batch norm or
    /// PReLU.
    public var shiftParameters = 0
    /// Parameters by the rule of binary networks: binary ones count 1/32.
    public var countedParameters = 0.0
    /// Multiply-accumulates of real weights and real inputs.
    public var fullPrecisionMACs = 0
    /// Multiply-accumulates of signs and signs.
    public var binaryMACs = 0
    /// Multiply-accumulates of binary weights and real inputs.
    public var binaryWeightMACs = 0
    /// Multiply-accumulates by the rule of binary networks: those with binary weights count 1/64.
    public var countedMACs = 0.0

    /// Sums rows.
    init(_ rows: [ModelDescription.Row]) {
        for row in rows {
            parameters += row.parameters
            binaryParameters += row.binaryParameters
            shiftParameters += row.shiftParameters
            fullPrecisionMACs += row.fullPrecisionMACs
            binaryMACs += row.binaryMACs
            binaryWeightMACs += row.binaryWeightMACs
        }
        countedParameters = Double(parameters - binaryParameters) + Double(binaryParameters) / 32
        countedMACs = Double(fullPrecisionMACs) + Double(allBinaryMACs) / 64
    }

    /// Multiply-accumulates with binary weights, whatever their inputs.
    public var allBinaryMACs: Int { binaryMACs + binaryWeightMACs }
    /// The parameters that the BDC paper's tables count: those of convolutions, linear layers, batch norms and PReLUs, without
    /// binary weights.
    public var paperParameters: Int { parameters - binaryParameters - shiftParameters }
}

/// Multiply-accumulates by kind.
public struct OperationCounts: Codable, Equatable, Sendable {
    /// Real weights and real inputs.
    public var fullPrecisionMACs = 0
    /// Signs and signs.
    public var binaryMACs = 0
    /// Binary weights and real inputs.
    public var binaryWeightMACs = 0

    mutating func add(_ other: LayerCost) {
        fullPrecisionMACs += other.fullPrecisionMACs
        binaryMACs += other.binaryMACs
        binaryWeightMACs += other.binaryWeightMACs
    }
}
