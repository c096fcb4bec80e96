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
