/// A program in one slot's memory, ready to run.
///
/// Not for use by two threads at once.
public final class BoundProgram {
    private let program: Program
    private let arena: Arena
    private let steps: [BoundStep]

    /// Gets the memory and resolves all addresses within it.
    ///
    /// - Throws: `TensorRuntimeError` (`outOfMemory`, `library`).
    public init(_ program: Program) throws {
        self.program = program
        let arena = try Arena(byteCount: program.arenaByteCount)
        let stream = try DNNLStream(program.engine)
        self.arena = arena
        steps = try zip(program.steps, program.scratchOffsets).map { step, scratch in
            try step.operation.bind(
                BoundMemory(
                    base: arena.base,
                    offsets: program.bufferOffsets,
                    scratch: arena.base + scratch,
                    stream: stream,
                    kernels: program.kernels,
                    blockSize: program.engine.blockSize
                )
            )
        }
    }

    /// Runs the steps of a segment on the calling thread alone.
    ///
    /// - Parameters:
    ///   - inputs: a value for every slot that the segment's operations ask for.
    ///   - onStep: is told after every step which stage it belongs to, and what can be read now.
    /// - Throws: `TensorRuntimeError` (`library`), and what `onStep` throws.
    /// - Precondition: the program has that segment, and every slot that it needs is bound.
    public func run(
        _ segment: Segment,
        _ inputs: RunInputs,
        onStep: (Stage?, [TapPoint]) throws -> Void = { _, _ in }
    ) throws {
        guard let range = program.segments[segment] else {
            preconditionFailure("the program has no segment '\(segment.name)'")
        }
        for slot in program.inputs[segment] ?? [] {
            precondition(inputs.contains(slot), "segment '\(segment.name)' runs without '\(slot.name)'")
        }
        OpenMP.useOneThread()
        for index in range {
            try steps[index](inputs)
            try onStep(program.steps[index].stage, program.steps[index].taps)
        }
    }

    /// The first value of a tensor of float32.
    public func floats(_ tensor: Tensor) -> UnsafeMutablePointer<Float> {
        precondition(tensor.element == .float32, "a tensor of \(tensor.element) is read as float32")
        return bytes(tensor).assumingMemoryBound(to: Float.self)
    }

    private func bytes(_ tensor: Tensor) -> UnsafeMutableRawPointer {
        arena.base + program.bufferOffsets[tensor.buffer.index] + tensor.start(image: 0)
    }

    /// A copy of all values of a tensor in `[images, channels, height, width]` order.
    func planarValues(_ tensor: Tensor) -> [Float] {
        tensor.planarValues(bytes(tensor), block: program.engine.blockSize)
    }

    /// What a tap's tensors hold, in the order of its shape; nil for what is no tensor.
    public func values(of tap: TapPoint) -> [Float]? {
        switch tap.source {
        case .bound: return nil
        case .tensor(let tensor): return planarValues(tensor)
        case .joined(let tensors):
            let parts = tensors.map { (values: planarValues($0), count: $0.channels * $0.pixels) }
            return (0..<tensors[0].images).flatMap { image in
                parts.flatMap { $0.values[(image * $0.count)..<((image + 1) * $0.count)] }
            }
        case .volume(let tensor):
            let levels = planarValues(tensor)
            return (0..<tensor.channels).flatMap { channel in
                (0..<tensor.images).flatMap { level in
                    let start = (level * tensor.channels + channel) * tensor.pixels
                    return levels[start..<(start + tensor.pixels)]
                }
            }
        }
    }
}
