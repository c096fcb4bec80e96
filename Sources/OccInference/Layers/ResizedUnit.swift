internal import TensorRuntime

/// A sign unit on a map of another size: what the resizing layers of BBCU are.
struct ResizedUnit: MapLayer {
    enum Resizing: Sendable {
        case none
        /// Mean of 2x2 blocks.
        case halving
        /// Bilinear, corners not aligned.
        case doubling
    }

    let resizing: Resizing
    let unit: SignUnit

    var name: String { unit.name }
    var typeName: String { unit.typeName }
    var inChannels: Int { unit.inChannels }
    var ownTensors: [TensorSpec] { unit.ownTensors }

    func packOwn(_ weights: WeightReader, into package: inout PackageBuilder) throws {
        try unit.packOwn(weights, into: &package)
    }

    func emit(_ input: Tensor, to program: ProgramBuilder, output: Tensor?) throws -> Tensor {
        try check(input)
        let source =
            switch resizing {
            case .none: input
            case .halving: try program.averagePool(input)
            case .doubling: program.resizeBilinear(input, factor: 2, alignCorners: false)
            }
        return try unit.emit(source, to: program, output: output)
    }
}
