/// Collects the steps of a program in order: shapes, operations and labels, no weights.
///
/// Every step belongs to a segment, and the steps of a segment follow each other: segments are opened once and closed before the next.
public final class ProgramBuilder {
    /// A declared step.
    struct Step {
        let operation: any Operation
        let stage: Stage?
    }

    private(set) var bufferBytes: [Int] = []
    private(set) var steps: [Step] = []
    private(set) var held: [BufferID] = []
    private(set) var segments: [Segment: Range<Int>] = [:]
    /// Contents that can be tapped, in the order of the steps.
    public private(set) var taps: [TapPoint] = []
    /// What layers cost, in the order of the steps, with the segment that they run in; a layer that runs in several steps stands here
    /// several times.
    public private(set) var costs: [(cost: LayerCost, segment: Segment)] = []
    private var segment: Segment?
    private var stage: Stage?

    /// What convolutions compute with.
    public private(set) var arithmetic: Arithmetic
    /// Whether the largest absolute values of what convolutions read and write can be tapped, under the names of their scales.
    public private(set) var observesRanges: Bool

    /// Begins an empty program.
    ///
    /// - Parameter observesRanges: whether the inputs and outputs of convolutions become taps under the names of their scales.
    public init(_ arithmetic: Arithmetic = .float32, observesRanges: Bool = false) {
        self.arithmetic = arithmetic
        self.observesRanges = observesRanges
    }

    /// Makes a buffer of so many bytes.
    func buffer(bytes: Int) -> BufferID {
        bufferBytes.append(bytes)
        return BufferID(index: bufferBytes.count - 1)
    }

    /// Makes a dense tensor in a buffer of its own.
    public func tensor(
        images: Int,
        height: Int,
        width: Int,
        channels: Int,
        element: ElementType = .float32,
        layout: Tensor.Layout = .channelsLast,
        scale: String? = nil
    ) -> Tensor {
        Tensor(
            buffer: buffer(bytes: images * height * width * channels * element.byteCount),
            images: images,
            height: height,
            width: width,
            channels: channels,
            element: element,
            layout: layout,
            scale: scale
        )
    }

    /// Makes a dense channels-last map of real numbers, in the type that maps have in this program.
    public func map(images: Int, height: Int, width: Int, channels: Int) -> Tensor {
        tensor(images: images, height: height, width: width, channels: channels, element: arithmetic.maps)
    }

    /// Keeps the buffers of tensors apart from all others: their content is there before the first step and after the last, and
    /// outlives a run.
    public func hold(_ tensors: [Tensor]) {
        held += tensors.map(\.buffer)
    }

    /// Appends the steps of a segment.
    ///
    /// - Precondition: no segment is open, and there was none of that label before.
    public func segment<Result>(_ label: Segment, _ body: () throws -> Result) rethrows -> Result {
        precondition(segment == nil, "segment '\(label.name)' begins within segment '\(segment?.name ?? "")'")
        precondition(segments[label] == nil, "segment '\(label.name)' begins twice; its steps would not be in a row")
        let first = steps.count
        segments[label] = first..<first
        segment = label
        defer {
            segment = nil
            segments[label] = first..<steps.count
        }
        return try body()
    }

    /// Appends steps that are timed under a label; within another stage, it takes that one's place until it ends.
    public func stage<Result>(_ label: Stage, _ body: () throws -> Result) rethrows -> Result {
        let outer = stage
        stage = label
        defer { stage = outer }
        return try body()
    }

    /// Appends steps whose convolutions compute in float32, whatever the others do.
    public func inFloat32<Result>(_ body: () throws -> Result) rethrows -> Result {
        let outer = (arithmetic, observesRanges)
        (arithmetic, observesRanges) = (.float32, false)
        defer { (arithmetic, observesRanges) = outer }
        return try body()
    }

    /// Appends a step.
    ///
    /// - Precondition: a segment is open, and the operation's tensors are this program's.
    public func append(_ operation: any Operation) {
        let segment = openSegment()
        precondition(
            (operation.reads + operation.writes).allSatisfy { $0.buffer.index < bufferBytes.count },
            "an operation reads or writes a tensor of another program"
        )
        steps.append(Step(operation: operation, stage: stage))
        costs += operation.costs.map { ($0, segment) }
    }

    /// Records a cost that no operation declares: a module that is computed in another way than it is counted.
    public func record(_ cost: LayerCost) {
        costs.append((cost, openSegment()))
    }

    /// Names the content that a tensor has after the last step appended.
    public func tap(_ name: String, _ tensor: Tensor) {
        add(name, .tensor(tensor), shape: tensor.shape)
    }

    /// Names the content of a tensor whose images are levels; it is given as `[1, channels, levels, height, width]`.
    public func tapVolume(_ name: String, _ tensor: Tensor) {
        add(name, .volume(tensor), shape: [1, tensor.channels, tensor.images, tensor.height, tensor.width])
    }

    /// Names the content of tensors of one size as if their channels followed each other.
    public func tap(_ name: String, _ tensors: [Tensor]) {
        let first = tensors[0]
        let channels = tensors.reduce(0) { $0 + $1.channels }
        add(name, .joined(tensors), shape: [first.images, channels, first.height, first.width])
    }

    /// Names a result that is no tensor.
    public func tapBound(_ name: String, shape: [Int]) {
        add(name, .bound, shape: shape)
    }

    private func add(_ name: String, _ source: TapPoint.Source, shape: [Int]) {
        let segment = openSegment()
        // Bytes are no values; a module whose result is kept in bytes cannot be tapped.
        switch source {
        case .tensor(let tensor), .volume(let tensor): if tensor.element.largestByte != nil { return }
        case .joined(let tensors): if tensors.contains(where: { $0.element.largestByte != nil }) { return }
        case .bound: break
        }
        precondition(steps.count > segments[segment]!.lowerBound, "'\(name)' is tapped before its segment's first step")
        taps.append(
            TapPoint(name: name, segment: segment, source: source, shape: shape, step: steps.count - 1)
        )
    }

    private func openSegment() -> Segment {
        guard let segment else { preconditionFailure("what belongs to a program belongs to one of its segments") }
        return segment
    }
}
