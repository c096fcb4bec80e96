import ArrayFiles

@testable import OccInference

/// Runs one layer on one map, through packing, planning and execution as a network does.
struct LayerHarness {
    let package: ModelPackage
    private let layer: any MapLayer
    private let shape: [Int]

    /// Packs a layer for an input of shape `[images, channels, height, width]`.
    init(_ layer: any MapLayer, weights: any WeightSource, shape: [Int]) throws {
        self.layer = layer
        self.shape = shape
        try ModelImporter.compare(layer.tensors, with: weights, configuration: layer.name)
        var builder = PackageBuilder()
        try layer.pack(WeightReader(weights), into: &builder)
        let configuration = try ModelCatalogue.configuration(named: ModelCatalogue.configurations[0])
        package = try ModelPackage(
            bytes: try builder.build(
                PackageMetadata(configuration: configuration, weights: weights.label, parameters: 0)
            ),
            source: layer.name
        )
    }

    /// Runs the layer on values in `[images, channels, height, width]` order and returns the result in that order.
    func run(_ values: [Float]) throws -> (shape: [Int], values: [Float]) {
        let context = try PreparationContext(package)
        let builder = ProgramBuilder(context)
        let input = builder.map(images: shape[0], height: shape[2], width: shape[3], channels: shape[1])
        let output = try layer.emit(input, to: builder)
        let program = Program(builder, held: [input.buffer, output.buffer])
        let arena = try Arena(byteCount: program.arenaByteCount)
        let steps = try program.bind(arena, DNNLStream(context.engine))
        let start = program.floats(input, in: arena)
        let pixels = input.pixels
        for image in 0..<shape[0] {
            for channel in 0..<shape[1] {
                for pixel in 0..<pixels {
                    start[(image * pixels + pixel) * shape[1] + channel] =
                        values[(image * shape[1] + channel) * pixels + pixel]
                }
            }
        }
        let pooling = VoxelPooling(cells: [], bins: 1, pixels: 1, cellCount: 0)
        let nothing: [UInt8] = [0]
        try nothing.withUnsafeBufferPointer {
            let frame = FrameContext(imagesRGB: $0.baseAddress!, pooling: pooling)
            for step in steps { try step(frame) }
        }
        return (output.shape, output.planarValues(program.floats(output, in: arena), block: context.engine.blockSize))
    }
}
