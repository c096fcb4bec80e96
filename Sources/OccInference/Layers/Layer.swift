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
