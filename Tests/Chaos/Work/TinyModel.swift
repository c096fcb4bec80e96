import OccInference

/// A network of the published shape, a hundred times cheaper, so that faults and not inference take the time.
enum TinyModel {
    /// Its configuration: BDC units, full-size labels, tiny pictures, narrow layers.
    static func configuration() throws -> NetworkConfiguration {
        var network = try ModelCatalogue.configuration(named: "flashocc-r50_BDC-T")
        network.name = "chaos"
        network.inputHeight = 32
        network.inputWidth = 64
        network.gridDepth = GridAxis(1, 45, 4)
        network.viewTransformer.outChannels = [16]
        network.bevBackbone.inChannels = [16]
        network.bevBackbone.outChannels = [32, 64, 128]
        network.bevNeck.inChannels = [32, 128]
        network.bevNeck.outChannels = [64]
        network.head.inChannels = [64]
        network.head.outChannels = [64, 16, 18]
        return network
    }

    static func write(to path: String) throws {
        let package = try ModelImporter.importModel(
            configuration: configuration(),
            weights: FormulaWeightSource(seed: 20_261_123),
            output: path
        )
        // Fails here rather than in every worker.
        _ = try PreparedModel(package)
    }
}
