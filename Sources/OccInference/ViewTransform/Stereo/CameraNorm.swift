/// The batch norm of what the depth network is told of a camera.
struct CameraNorm: Layer {
    let name: String
    let channels: Int

    var typeName: String { "BatchNorm1d" }
    var ownTensors: [TensorSpec] { norm.tensors }

    private var norm: BatchNorm { BatchNorm(name: name, channels: channels) }

    func packOwn(_ weights: WeightReader, into package: inout PackageBuilder) throws {
        let (scale, shift) = try norm.folded(weights)
        package.add(name + ".scale", scale.map { Float($0) })
        package.add(name + ".shift", shift.map { Float($0) })
    }
}
