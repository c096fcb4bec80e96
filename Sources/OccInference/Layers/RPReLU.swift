internal import TensorRuntime

/// A PReLU between two learnable shifts (`RPReLU` of the published code), applied by the layer before it.
struct RPReLU: Sendable {
    let channels: Int
    private let shiftInName: String
    private let slopeName: String
    private let shiftOutName: String

    /// One that is a module of its own, at a published module path.
    init(name: String, channels: Int) {
        self.init(
            shiftIn: name + ".pr_bias0.bias",
            slope: name + ".pr_prelu.weight",
            shiftOut: name + ".pr_bias1.bias",
            channels: channels
        )
    }

    /// One whose three tensors have names of their own.
    init(shiftIn: String, slope: String, shiftOut: String, channels: Int) {
        self.channels = channels
        shiftInName = shiftIn
        slopeName = slope
        shiftOutName = shiftOut
    }

    var tensors: [TensorSpec] { [shiftIn, slope, shiftOut] }

    private var shiftIn: TensorSpec { TensorSpec(shiftInName, [1, channels, 1, 1], .shift) }
    private var slope: TensorSpec { TensorSpec(slopeName, [channels], .slope) }
    private var shiftOut: TensorSpec { TensorSpec(shiftOutName, [1, channels, 1, 1], .shift) }

    /// Packs the three arrays as `<prefix>.shift_in`, `.slope`, `.shift_out`.
    func pack(_ weights: WeightReader, as prefix: String, into package: inout PackageBuilder) throws {
        package.add(prefix + ".shift_in", try weights.values(shiftIn))
        package.add(prefix + ".slope", try weights.values(slope))
        package.add(prefix + ".shift_out", try weights.values(shiftOut))
    }
}

extension RPReLUParameters {
    /// Those that are packed under a prefix.
    init(packedAs prefix: String) {
        self.init(shiftIn: prefix + ".shift_in", slope: prefix + ".slope", shiftOut: prefix + ".shift_out")
    }
}
