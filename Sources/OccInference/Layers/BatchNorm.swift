/// A batch norm in evaluation mode, to be folded into what stands before it.
struct BatchNorm: Sendable {
    /// The published module path.
    let name: String
    let channels: Int
    /// Whether it is the last one before the addition of a bottleneck.
    var isResidual = false

    /// PyTorch's default, which the published configurations keep.
    static let epsilon = 1e-5

    var tensors: [TensorSpec] { [weight, bias, mean, variance] }

    private var weight: TensorSpec {
        TensorSpec(name + ".weight", [channels], isResidual ? .residualNormWeight : .normWeight)
    }
    private var bias: TensorSpec { TensorSpec(name + ".bias", [channels], .bias) }
    private var mean: TensorSpec { TensorSpec(name + ".running_mean", [channels], .normMean) }
    private var variance: TensorSpec { TensorSpec(name + ".running_var", [channels], .normVariance) }

    /// Factor and shift per channel, `y = x * scale + shift`, in float64.
    func folded(_ weights: WeightReader) throws -> (scale: [Double], shift: [Double]) {
        let (weight, bias) = (try weights.values(weight), try weights.values(bias))
        let (mean, variance) = (try weights.values(mean), try weights.values(variance))
        let scale = (0..<channels).map { Double(weight[$0]) / (Double(variance[$0]) + Self.epsilon).squareRoot() }
        let shift = (0..<channels).map { Double(bias[$0]) - Double(mean[$0]) * scale[$0] }
        guard scale.allSatisfy(\.isFinite), shift.allSatisfy(\.isFinite) else {
            throw ModelImportError.notFinite(tensor: name + ".running_var", source: "batch norm", index: 0)
        }
        return (scale, shift)
    }
}
