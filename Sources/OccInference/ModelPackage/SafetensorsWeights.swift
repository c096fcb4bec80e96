public import ArrayFiles

/// Weights from a safetensors file with the published `state_dict` names, fp32.
public struct SafetensorsWeights: WeightSource {
    /// Endings of names that a checkpoint may hold and no network reads.
    static let ignoredSuffixes = [".num_batches_tracked"]

    private let file: SafetensorsFile

    /// Opens a file.
    ///
    /// - Throws: `FileError` or `ArrayFileError`.
    public init(path: String) throws {
        self.init(try SafetensorsFile(path: path))
    }

    /// Reads weights from an open file.
    public init(_ file: SafetensorsFile) {
        self.file = file
    }

    /// The file's path.
    public var label: String { file.source }

    /// All tensors but counters that only training reads.
    public var inventory: [String: [Int]]? {
        var shapes: [String: [Int]] = [:]
        for name in file.names where !Self.ignoredSuffixes.contains(where: name.hasSuffix) {
            shapes[name] = try? file.tensor(named: name).shape
        }
        return shapes
    }

    /// The values of a tensor; see `WeightSource`.
    public func values(of tensor: TensorSpec) throws -> [Float] {
        try file.elements(of: tensor.name, as: Float.self, shape: tensor.shape)
    }
}
