/// The prepared steps of a program with a memory plan; immutable and shared by all slots.
public struct Program: Sendable {
    /// A prepared step.
    struct Step: Sendable {
        let operation: any PreparedOperation
        let stage: Stage?
        /// What can be read after it.
        let taps: [TapPoint]
        let description: StepDescription
    }

    let steps: [Step]
    /// Steps of every segment.
    let segments: [Segment: Range<Int>]
    /// Slots that must be bound in every segment.
    let inputs: [Segment: [InputID]]
    /// Memory that a slot needs.
    public let arenaByteCount: Int
    /// The part of it whose content outlives a run.
    public let heldByteCount: Int
    let bufferOffsets: [Int]
    let scratchOffsets: [Int]
    let engine: DNNLEngine
    let kernels: KernelTable
    /// Prepared operations point into it.
    private let parameters: any ParameterSource

    /// Prepares what a builder collected, and plans its memory.
    ///
    /// - Throws: what operations throw.
    public init(_ builder: ProgramBuilder, _ context: PreparationContext) throws {
        let taps = Dictionary(grouping: builder.taps, by: \.step)
        steps = try builder.steps.enumerated().map { index, step in
            Step(
                operation: try step.operation.prepare(context),
                stage: step.stage,
                taps: taps[index] ?? [],
                description: StepDescription(step.operation, stage: step.stage)
            )
        }
        segments = builder.segments
        inputs = segments.mapValues { range in builder.steps[range].flatMap(\.operation.inputs) }
        engine = context.engine
        kernels = context.kernels
        parameters = context.parameters

        let unused = ArenaPlan.Lifetime(bytes: 0, first: Int.max, last: Int.min)
        var lifetimes = [ArenaPlan.Lifetime](repeating: unused, count: builder.bufferBytes.count)
        for (index, step) in builder.steps.enumerated() {
            for tensor in step.operation.reads + step.operation.writes {
                let buffer = tensor.buffer.index
                lifetimes[buffer].bytes = builder.bufferBytes[buffer]
                lifetimes[buffer].first = min(lifetimes[buffer].first, index)
                lifetimes[buffer].last = max(lifetimes[buffer].last, index)
            }
        }
        heldByteCount = builder.held.reduce(0) { $0 + builder.bufferBytes[$1.index] }
        for buffer in builder.held {
            lifetimes[buffer.index] = .init(
                bytes: builder.bufferBytes[buffer.index],
                first: 0,
                last: max(0, steps.count - 1)
            )
        }
        let scratch = steps.enumerated().map {
            ArenaPlan.Lifetime(bytes: $1.operation.scratchBytes, first: $0, last: $0)
        }
        let plan = ArenaPlan(lifetimes + scratch)
        bufferOffsets = Array(plan.offsets.prefix(lifetimes.count))
        scratchOffsets = Array(plan.offsets.suffix(scratch.count))
        arenaByteCount = plan.byteCount
    }

    /// The steps of a segment, in the order in which `BoundProgram.run` tells of them; empty for a segment that is not there.
    public func descriptions(of segment: Segment) -> [StepDescription] {
        segments[segment].map { steps[$0].map(\.description) } ?? []
    }
}
