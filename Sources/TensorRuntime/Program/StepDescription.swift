/// What one step of a program is and costs, for profiles.
public struct StepDescription: Equatable, Sendable {
    /// The layer that it runs; the common beginning of several; for a step of no layer the operation in brackets: "(Reorder)".
    public let name: String
    /// The stage that it is timed under.
    public let stage: Stage?
    /// Type of what it reads first; nil if it reads no tensor.
    public let element: ElementType?
    /// Multiply-accumulates of real weights and real inputs.
    public let fullPrecisionMACs: Int
    /// Multiply-accumulates of signs and signs.
    public let binaryMACs: Int
    /// Multiply-accumulates of signs as weights with real inputs.
    public let binaryWeightMACs: Int
    /// Shape of the BDC unit that it is; nil for all else.
    public let unit: String?
    /// Bytes of the tensors that it reads and writes; weights, pictures and results are not counted.
    public let tensorBytes: Int

    /// Describes a declared step.
    init(_ operation: any Operation, stage: Stage?) {
        let costs = operation.costs
        name = Self.name(of: operation, costs.map(\.layer))
        self.stage = stage
        element = operation.reads.first?.element
        fullPrecisionMACs = costs.reduce(0) { $0 + $1.fullPrecisionMACs }
        binaryMACs = costs.reduce(0) { $0 + $1.binaryMACs }
        binaryWeightMACs = costs.reduce(0) { $0 + $1.binaryWeightMACs }
        unit = costs.first?.unit?.description
        tensorBytes = (operation.reads + operation.writes).reduce(0) { $0 + $1.byteCount }
    }

    private static func name(of operation: any Operation, _ layers: [String]) -> String {
        guard let first = layers.first else {
            let type = String(describing: type(of: operation))
            return "(" + (type.hasSuffix("Operation") ? String(type.dropLast(9)) : type) + ")"
        }
        var common = first.split(separator: ".")[...]
        for layer in layers.dropFirst() {
            let parts = layer.split(separator: ".")
            while !parts.starts(with: common) { common = common.dropLast() }
        }
        return common.isEmpty ? first : common.joined(separator: ".")
    }
}
