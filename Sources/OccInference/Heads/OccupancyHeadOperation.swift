internal import BinaryKernels
internal import CDNNL

/// Two linear layers and the class of every voxel, a few rows at a time, so that hidden values never leave the cache.
///
/// The published head turns the map before its linear layers, so that labels stand in (x, y, z) order; here labels are
/// turned as they are written. Several images are cells in z, one above the other.
struct OccupancyHeadOperation: Operation {
    private let input: FeatureMap
    private let levels: Int
    private let classes: Int
    private let hiddenChannels: Int
    private let rowsAtOnce: Int
    private let hidden: ConvolutionPrimitive
    private let logits: ConvolutionPrimitive

    /// Pixels for which both linear layers' outputs stay in a core's cache.
    private static let pixelsAtOnce = 400

    init(
        _ first: ConvolutionLayer,
        _ second: ConvolutionLayer,
        _ input: FeatureMap,
        levels: Int,
        classes: Int,
        _ context: PreparationContext
    ) throws {
        self.input = input
        self.levels = levels
        self.classes = classes
        hiddenChannels = first.outChannels
        // A divisor of the height, so that every part has the same shape.
        var rows = max(1, min(input.height, Self.pixelsAtOnce / input.width))
        while input.height % rows != 0 { rows -= 1 }
        rowsAtOnce = rows
        let width = input.width
        func primitive(_ layer: ConvolutionLayer, _ activation: dnnl_alg_kind_t?) throws -> ConvolutionPrimitive {
            try ConvolutionPrimitive(
                context.engine,
                .init(
                    layer: layer.name,
                    inChannels: layer.inChannels,
                    outChannels: layer.outChannels,
                    kernel: 1,
                    stride: 1,
                    addsToOutput: false,
                    activation: activation,
                    mayUseWinograd: false
                ),
                input: try context.engine.md([1, layer.inChannels, rows, width], dnnl_nhwc),
                output: try context.engine.md([1, layer.outChannels, rows, width], dnnl_nhwc),
                weights: try context.package.floats(
                    layer.name + ".weight",
                    count: layer.inChannels * layer.outChannels
                ),
                bias: try context.package.floats(layer.name + ".bias", count: layer.outChannels)
            )
        }
        hidden = try primitive(first, dnnl_eltwise_soft_relu)
        logits = try primitive(second, nil)
    }

    var reads: [BufferID] { [input.buffer] }
    var writes: [BufferID] { [] }
    var scratchBytes: Int {
        var scratch = Scratch()
        _ = Parts(self, &scratch)
        return scratch.byteCount
    }

    private struct Parts {
        let hidden: UnsafeMutablePointer<Float>
        let logits: UnsafeMutablePointer<Float>
        let labels: UnsafeMutablePointer<UInt8>
        let scratch: UnsafeMutableRawPointer

        init(_ operation: OccupancyHeadOperation, _ scratch: inout Scratch) {
            let pixels = operation.rowsAtOnce * operation.input.width
            hidden = scratch.elements(pixels * operation.hiddenChannels, of: Float.self)
            logits = scratch.elements(pixels * operation.levels * operation.classes, of: Float.self)
            labels = scratch.elements(pixels * operation.levels, of: UInt8.self)
            self.scratch = scratch.bytes(max(operation.hidden.scratchBytes, operation.logits.scratchBytes))
        }
    }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        var scratch = Scratch(arena.scratch)
        let parts = Parts(self, &scratch)
        let (rows, width, height, levels, classes) = (rowsAtOnce, input.width, input.height, levels, classes)
        let allLevels = input.images * levels
        let (hidden, logits, stream) = (hidden, logits, arena.stream)
        let firsts = try (0..<input.images).flatMap { image in
            try stride(from: 0, to: height, by: rows).map { row in
                (
                    image, row,
                    try hidden.arguments(
                        input: arena.floats(input, image: image) + row * width * input.pixelStride,
                        output: parts.hidden,
                        scratch: parts.scratch
                    )
                )
            }
        }
        let second = try logits.arguments(input: parts.hidden, output: parts.logits, scratch: parts.scratch)
        return { frame in
            for (image, firstRow, first) in firsts {
                try hidden.run(first, on: stream)
                try logits.run(second, on: stream)
                occ_argmax(parts.logits, rows * width * levels, classes, parts.labels)
                for row in 0..<rows {
                    for column in 0..<width {
                        let pixel = row * width + column
                        let turned = (column * height + firstRow + row) * allLevels + image * levels
                        frame.labels.map {
                            ($0 + turned).update(from: parts.labels + pixel * levels, count: levels)
                        }
                        frame.logits.map {
                            ($0 + turned * classes).update(
                                from: parts.logits + pixel * levels * classes,
                                count: levels * classes
                            )
                        }
                    }
                }
            }
        }
    }
}
