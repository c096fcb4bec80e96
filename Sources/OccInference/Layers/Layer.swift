/// One named module of a network.
///
/// A layer knows its tensors in the published `state_dict`, how they are packed, and how it runs: layers with a map in and a
/// map out do the latter in `MapLayer.emit`. Composite layers list their children and need nothing of their own.
protocol Layer: Sendable {
    /// The published module path: `img_neck.fpn_convs.0`.
    var name: String { get }
    /// The published class name.
    var typeName: String { get }
    /// Layers inside this one.
    var children: [any Layer] { get }
    /// Tensors of this layer without those of its children.
    var ownTensors: [TensorSpec] { get }
    /// Packs this layer's own tensors under names that start with `name`.
    func packOwn(_ weights: WeightReader, into package: inout PackageBuilder) throws
}

extension Layer {
    var children: [any Layer] { [] }
    var ownTensors: [TensorSpec] { [] }
    func packOwn(_ weights: WeightReader, into package: inout PackageBuilder) throws {}

    /// All tensors of this layer and its children.
    var tensors: [TensorSpec] { ownTensors + children.flatMap(\.tensors) }

    /// Packs this layer and its children.
    func pack(_ weights: WeightReader, into package: inout PackageBuilder) throws {
        try packOwn(weights, into: &package)
        for child in children { try child.pack(weights, into: &package) }
    }
}

/// A layer with one feature map in and one out.
protocol MapLayer: Layer {
    /// Channels that it reads.
    var inChannels: Int { get }

    /// Appends what this layer does to a program.
    ///
    /// - Parameters:
    ///   - input: a channels-last map with `inChannels`.
    ///   - output: where the result goes, a channels-last map; nil makes a new one.
    /// - Returns: the map that holds the result.
    func emit(_ input: FeatureMap, to program: ProgramBuilder, output: FeatureMap?) throws -> FeatureMap
}

extension MapLayer {
    func emit(_ input: FeatureMap, to program: ProgramBuilder) throws -> FeatureMap {
        try emit(input, to: program, output: nil)
    }

    /// Throws where a map does not have the channels that this layer reads.
    func check(_ input: FeatureMap) throws {
        guard input.channels == inChannels, input.layout == .channelsLast else {
            throw InferenceError(
                .badConfiguration, "layer '\(name)' reads \(inChannels) channels, but is given \(input.channels)")
        }
    }
}

/// Reads the tensors of layers from a source and checks their values.
struct WeightReader {
    private let source: any WeightSource

    init(_ source: any WeightSource) { self.source = source }

    /// The values of a tensor, all finite.
    ///
    /// - Throws: what the source throws, or `ModelImportError.notFinite`.
    func values(_ tensor: TensorSpec) throws -> [Float] {
        let values = try source.values(of: tensor)
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw ModelImportError.notFinite(tensor: tensor.name, source: source.label, index: index)
        }
        return values
    }
}
