internal import BinaryKernels
internal import TensorRuntime

/// A linear layer, or a 1x1 convolution, of a few numbers.
struct DenseLayer: Layer {
    let name: String
    let inChannels: Int
    let outChannels: Int
    /// Whether the published layer is a 1x1 convolution.
    var isConvolution = false

    var typeName: String { isConvolution ? "Conv2d" : "Linear" }
    var ownTensors: [TensorSpec] { [weight, bias] }

    private var weight: TensorSpec {
        isConvolution
            ? TensorSpec(name + ".weight", [outChannels, inChannels, 1, 1], .convolution)
            : TensorSpec(name + ".weight", [outChannels, inChannels], .linear)
    }
    private var bias: TensorSpec { TensorSpec(name + ".bias", [outChannels], .bias) }

    func packOwn(_ weights: WeightReader, into package: inout PackageBuilder) throws {
        package.add(name + ".weight", try weights.values(weight), shape: [outChannels, inChannels, 1, 1])
        package.add(name + ".bias", try weights.values(bias))
    }

    func prepared(_ parameters: any ParameterSource) throws -> Prepared {
        Prepared(
            layer: self,
            weights: try parameters.floats(name + ".weight", count: outChannels * inChannels),
            bias: try parameters.floats(name + ".bias", count: outChannels)
        )
    }

    /// The layer with its weights, which stand in the model package.
    struct Prepared: @unchecked Sendable {
        // Guard: read-only memory that lives as long as the prepared model.
        let layer: DenseLayer
        let weights: UnsafePointer<Float>
        let bias: UnsafePointer<Float>

        func run(_ x: UnsafePointer<Float>, hasReLU: Bool = false, into y: UnsafeMutablePointer<Float>) {
            occ_dense(weights, bias, layer.outChannels, layer.inChannels, x, hasReLU, y)
        }
    }
}
