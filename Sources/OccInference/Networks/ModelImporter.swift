internal import SystemSupport

/// Turns published weights into a model package.
public enum ModelImporter {
    /// Packs the weights of a configuration and writes the package, whole or not at all.
    ///
    /// - Parameters:
    ///   - configName: one of `ModelCatalogue.configurations`.
    ///   - weights: a checkpoint, or formula weights.
    ///   - card: what the network was trained on; nil for a package without a card.
    ///   - output: path of the package.
    /// - Returns: the written package, open.
    /// - Throws: `ModelImportError` naming every missing, superfluous and misshapen tensor; what the source throws;
    ///   `FileError`.
    @discardableResult
    public static func importModel(
        configName: String,
        weights: any WeightSource,
        card: ModelCard? = nil,
        output: String
    ) throws -> ModelPackage {
        let bytes = try pack(try ModelCatalogue.configuration(named: configName), weights: weights, card: card)
        try AtomicFile.write(bytes, to: output)
        return try ModelPackage(path: output)
    }

    /// Packs a network that is none of the published ones, such as a small one for tests, and writes the package.
    ///
    /// - Parameters:
    ///   - configuration: the network; best made from one of the catalogue by changing sizes.
    ///   - weights: a checkpoint, or formula weights.
    ///   - output: path of the package.
    /// - Returns: the written package, open.
    /// - Throws: as `importModel(configName:weights:output:)`, and `InferenceError` for a network that cannot be built.
    @discardableResult
    public static func importModel(
        configuration: NetworkConfiguration,
        weights: any WeightSource,
        output: String
    ) throws -> ModelPackage {
        try AtomicFile.write(pack(configuration, weights: weights), to: output)
        return try ModelPackage(path: output)
    }

    /// The bytes of a package.
    static func pack(
        _ configuration: NetworkConfiguration,
        weights: any WeightSource,
        card: ModelCard? = nil
    ) throws -> [UInt8] {
        let network = try Network(configuration)
        try compare(network.tensors, with: weights, configuration: configuration.name)
        var builder = PackageBuilder()
        let reader = WeightReader(weights)
        for layer in network.layers { try layer.pack(reader, into: &builder) }
        let parameters = network.tensors.reduce(0) { $0 + ($1.isParameter ? $1.count : 0) }
        return try builder.build(
            PackageMetadata(
                configuration: configuration,
                weights: weights.label.split(separator: "/").last.map(String.init) ?? weights.label,
                parameters: parameters,
                card: card.map(StoredCard.card)
            )
        )
    }

    /// Throws where a source does not hold exactly the tensors asked for.
    static func compare(
        _ tensors: [TensorSpec],
        with weights: any WeightSource,
        configuration: String
    ) throws {
        guard var remaining = weights.inventory else { return }
        var missing: [String] = []
        var misshapen: [ModelImportError.MisshapenTensor] = []
        for tensor in tensors {
            guard let shape = remaining.removeValue(forKey: tensor.name) else {
                missing.append(tensor.name)
                continue
            }
            if shape != tensor.shape {
                misshapen.append(.init(name: tensor.name, found: shape, expected: tensor.shape))
            }
        }
        guard missing.isEmpty, misshapen.isEmpty, remaining.isEmpty else {
            throw ModelImportError.tensors(
                configuration: configuration,
                source: weights.label,
                missing: missing,
                superfluous: remaining.keys.sorted(),
                misshapen: misshapen
            )
        }
    }
}
