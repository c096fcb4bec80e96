import ArrayFiles

@testable import OccInference
@testable import TensorRuntime

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
        let (builder, segment) = (ProgramBuilder(), Segment("layer"))
        let input = builder.tensor(images: shape[0], height: shape[2], width: shape[3], channels: shape[1])
        let output = try builder.segment(segment) { try layer.emit(input, to: builder) }
        builder.hold([input, output])
        let program = try BoundProgram(Program(builder, PreparationContext(PackageParameters(package))))
        let start = program.floats(input)
        let pixels = input.pixels
        for image in 0..<shape[0] {
            for channel in 0..<shape[1] {
                for pixel in 0..<pixels {
                    start[(image * pixels + pixel) * shape[1] + channel] =
                        values[(image * shape[1] + channel) * pixels + pixel]
                }
            }
        }
        try program.run(segment, RunInputs())
        return (output.shape, program.planarValues(output))
    }
}
