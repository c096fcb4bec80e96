/// A PReLU between two learnable shifts (`RPReLU` of the published code), applied by the layer before it.
struct RPReLU: Sendable {
    /// The published module path.
    let name: String
    let channels: Int

    var tensors: [TensorSpec] { [shiftIn, slope, shiftOut] }

    private var shiftIn: TensorSpec { TensorSpec(name + ".pr_bias0.bias", [1, channels, 1, 1], .shift) }
    private var slope: TensorSpec { TensorSpec(name + ".pr_prelu.weight", [channels], .slope) }
    private var shiftOut: TensorSpec { TensorSpec(name + ".pr_bias1.bias", [1, channels, 1, 1], .shift) }

    /// Packs the three arrays as `<prefix>.shift_in`, `.slope`, `.shift_out`.
    func pack(_ weights: WeightReader, as prefix: String, into package: inout PackageBuilder) throws {
        package.add(prefix + ".shift_in", try weights.values(shiftIn))
        package.add(prefix + ".slope", try weights.values(slope))
        package.add(prefix + ".shift_out", try weights.values(shiftOut))
    }
}
