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
    private let arithmetic: Arithmetic
    private let rowsAtOnce: Int

    /// Pixels for which both linear layers' outputs stay in a core's cache.
    private static let pixelsAtOnce = 400

    init(
        _ first: Convolution,
        _ second: Convolution,
        _ input: Tensor,
        levels: Int,
        classes: Int,
        _ arithmetic: Arithmetic
    ) {
        self.first = first
        self.second = second
        self.input = input
        self.levels = levels
        self.classes = classes
        self.arithmetic = arithmetic
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
        let hidden = try RowConvolution(first, rowsOf: input, rows: rowsAtOnce, then: second, arithmetic, context)
        return Prepared(
            input: input,
            levels: levels,
            classes: classes,
            rows: rowsAtOnce,
            hidden: hidden,
            logits: try RowConvolution(
                second,
                after: hidden,
                rows: rowsAtOnce,
                width: input.width,
                then: nil,
                arithmetic,
                context
            )
        )
    }

    private struct Prepared: PreparedOperation {
        let input: Tensor
        let levels: Int
        let classes: Int
        let rows: Int
        let hidden: RowConvolution
        let logits: RowConvolution

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
            let firsts = try (0..<input.images).flatMap { image in
                try stride(from: 0, to: height, by: rows).map { row in
                    (
                        image, row,
                        try hidden.bind(
                            input: memory.bytes(input, image: image)
                                + row * width * input.pixelStride * input.element.byteCount,
                            output: parts.hidden,
                            scratch: parts.scratch,
                            on: memory.stream
                        )
                    )
                }
            }
            let second = try logits.bind(
                input: parts.hidden,
                output: parts.logits,
                scratch: parts.scratch,
                on: memory.stream
            )
            return { inputs in
                let allLabels = inputs.value(OccupancyHeadOperation.labels)
                let allLogits = inputs[OccupancyHeadOperation.logits]
                for (image, firstRow, first) in firsts {
                    try first()
                    try second()
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
        let hidden: UnsafeMutableRawPointer
        let logits: UnsafeMutablePointer<Float>
        let labels: UnsafeMutablePointer<UInt8>
        let scratch: UnsafeMutableRawPointer

        init(_ operation: Prepared, _ scratch: inout Scratch) {
            let pixels = operation.rows * operation.input.width
            hidden = scratch.bytes(operation.hidden.outputByteCount)
            logits = scratch.elements(pixels * operation.levels * operation.classes, of: Float.self)
            labels = scratch.elements(pixels * operation.levels, of: UInt8.self)
            self.scratch = scratch.bytes(max(operation.hidden.scratchBytes, operation.logits.scratchBytes))
        }
    }
}
