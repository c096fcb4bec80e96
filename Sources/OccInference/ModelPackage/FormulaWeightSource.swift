/// Deterministic weights of any network by formula: for tests, demonstrations and benchmarks without a checkpoint.
///
/// Values come from `FormulaWeights`; amplitude and offset follow from what a tensor is for, so that the activations of a
/// deep network keep their size: `sqrt(6 / fan-in)` for convolutions, `sqrt(3 / fan-in)` for linear layers.
public struct FormulaWeightSource: WeightSource {
    private let formula: FormulaWeights

    /// Makes a source from a seed.
    public init(seed: UInt64) {
        formula = FormulaWeights(seed: seed)
    }

    /// The formula's name and seed.
    public var label: String { "formula weights, seed \(formula.seed)" }

    /// Any tensor can be had.
    public var inventory: [String: [Int]]? { nil }

    /// The values of a tensor; see `WeightSource`.
    public func values(of tensor: TensorSpec) throws -> [Float] {
        let (amplitude, offset) = Self.range(of: tensor)
        return formula.tensor(tensor.name, shape: tensor.shape, amplitude: amplitude, offset: offset)
    }

    /// `a` and `b` of the formula.
    static func range(of tensor: TensorSpec) -> (amplitude: Double, offset: Double) {
        let fanIn = Double(tensor.shape.dropFirst().reduce(1, *))
        switch tensor.kind {
        // The factors are kept apart: their product rounds as the published goldens' amplitudes do.
        case .convolution, .binaryConvolution: return ((2 / fanIn).squareRoot() * 3.0.squareRoot(), 0)
        case .detectionOutput: return (0.0006, 0)
        case .linear: return ((1 / fanIn).squareRoot() * 3.0.squareRoot(), 0)
        case .bias: return (0.15, 0)
        case .normWeight: return (0.4, 1)
        case .residualNormWeight: return (0.15, 0.3)
        case .normMean: return (0.2, 0)
        case .normVariance: return (0.5, 1)
        case .slope: return (0.2, 0.25)
        case .shift: return (0.3, 0)
        case .redistributionScale: return (0.6, 0.5)
        case .trainingOnly: return (0, 1)
        }
    }
}
