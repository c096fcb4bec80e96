internal import BinaryKernels
internal import TensorRuntime

/// Two linear layers and the class of every voxel, a few rows at a time, so that hidden values never leave the cache.
///
/// The published head turns the map before its linear layers, so that labels stand in (x, y, z) order; here labels are
/// turned as they are written. Several images are cells in z, one above the other.
struct OccupancyHeadOperation: Operation {
    /// Where labels go, `[x, y, z]`.
    static let labels = InputSlot<UnsafeMutablePointer<UInt8>>("memory for labels")
    /// Where all logits go, `[x, y, z, classes]`, if they are wanted.
    static let logits = InputSlot<UnsafeMutablePointer<Float>>("memory for logits")

    private let first: Convolution
    private let second: Convolution
    private let input: Tensor
    private let levels: Int
    private let classes: Int
    private let rowsAtOnce: Int

    /// Pixels for which both linear layers' outputs stay in a core's cache.
    private static let pixelsAtOnce = 400

    init(_ first: Convolution, _ second: Convolution, _ input: Tensor, levels: Int, classes: Int) {
        self.first = first
        self.second = second
        self.input = input
        self.levels = levels
        self.classes = classes
        // A divisor of the height, so that every part has the same shape.
        var rows = max(1, min(input.height, Self.pixelsAtOnce / input.width))
        while input.height % rows != 0 { rows -= 1 }
        rowsAtOnce = rows
    }

    var reads: [Tensor] { [input] }
    var writes: [Tensor] { [] }
    var inputs: [InputID] { [Self.labels.id] }
    var costs: [LayerCost] {
        [first, second].map { layer in
            LayerCost(
                layer: layer.name,
                output: [input.images, layer.outChannels, input.height, input.width],
                fullPrecisionMACs: input.images * input.pixels * layer.inChannels * layer.outChannels
            )
        }
    }

    func prepare(_ context: PreparationContext) throws -> any PreparedOperation {
        Prepared(
            input: input,
            levels: levels,
            classes: classes,
            rows: rowsAtOnce,
            hiddenChannels: first.outChannels,
            hidden: try context.convolution(first, height: rowsAtOnce, width: input.width),
            logits: try context.convolution(second, height: rowsAtOnce, width: input.width)
        )
    }

    private struct Prepared: PreparedOperation {
        let input: Tensor
        let levels: Int
        let classes: Int
        let rows: Int
        let hiddenChannels: Int
        let hidden: ConvolutionPrimitive
        let logits: ConvolutionPrimitive

        var scratchBytes: Int {
            var scratch = Scratch()
            _ = Parts(self, &scratch)
            return scratch.byteCount
        }

        func bind(_ memory: BoundMemory) throws -> BoundStep {
            var scratch = Scratch(memory.scratch)
            let parts = Parts(self, &scratch)
            let (rows, width, height, levels, classes) = (rows, input.width, input.height, levels, classes)
            let allLevels = input.images * levels
            let (hidden, logits, stream) = (hidden, logits, memory.stream)
            let firsts = try (0..<input.images).flatMap { image in
                try stride(from: 0, to: height, by: rows).map { row in
                    (
                        image, row,
                        try hidden.arguments(
                            input: memory.floats(input, image: image) + row * width * input.pixelStride,
                            output: parts.hidden,
                            scratch: parts.scratch
                        )
                    )
                }
            }
            let second = try logits.arguments(input: parts.hidden, output: parts.logits, scratch: parts.scratch)
            return { inputs in
                let allLabels = inputs.value(OccupancyHeadOperation.labels)
                let allLogits = inputs[OccupancyHeadOperation.logits]
                for (image, firstRow, first) in firsts {
                    try hidden.run(first, on: stream)
                    try logits.run(second, on: stream)
                    occ_argmax(parts.logits, rows * width * levels, classes, parts.labels)
                    for row in 0..<rows {
                        for column in 0..<width {
                            let pixel = row * width + column
                            let turned = (column * height + firstRow + row) * allLevels + image * levels
                            (allLabels + turned).update(from: parts.labels + pixel * levels, count: levels)
                            guard let allLogits else { continue }
                            (allLogits + turned * classes).update(
                                from: parts.logits + pixel * levels * classes,
                                count: levels * classes
                            )
                        }
                    }
                }
            }
        }
    }

    private struct Parts {
        let hidden: UnsafeMutablePointer<Float>
        let logits: UnsafeMutablePointer<Float>
        let labels: UnsafeMutablePointer<UInt8>
        let scratch: UnsafeMutableRawPointer

        init(_ operation: Prepared, _ scratch: inout Scratch) {
            let pixels = operation.rows * operation.input.width
            hidden = scratch.elements(pixels * operation.hiddenChannels, of: Float.self)
            logits = scratch.elements(pixels * operation.levels * operation.classes, of: Float.self)
            labels = scratch.elements(pixels * operation.levels, of: UInt8.self)
            self.scratch = scratch.bytes(max(operation.hidden.scratchBytes, operation.logits.scratchBytes))
        }
    }
}
