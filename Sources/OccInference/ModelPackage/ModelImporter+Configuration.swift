internal import SystemSupport

extension ModelImporter {
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
}
