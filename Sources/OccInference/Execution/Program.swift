/// The steps of a network with a memory plan; immutable and shared by all slots.
struct Program: Sendable {
    let steps: [ProgramStep]
    let taps: [TapPoint]
    /// Steps of every segment.
    let segments: [ProgramSegment: Range<Int>]
    /// Memory that a slot needs.
    let arenaByteCount: Int
    /// The part of it whose content outlives a frame.
    let heldByteCount: Int
    private let bufferOffsets: [Int]
    private let scratchOffsets: [Int]

    /// Plans what a builder collected.
    ///
    /// - Parameter held: buffers that are filled before the first step or read after the last, besides those of the builder.
    init(_ builder: ProgramBuilder, held: [BufferID] = []) {
        steps = builder.steps
        taps = builder.taps
        segments = steps.enumerated().reduce(into: [:]) { ranges, step in
            let first = ranges[step.element.segment]?.lowerBound ?? step.offset
            ranges[step.element.segment] = first..<(step.offset + 1)
        }
        let unused = ArenaPlan.Lifetime(bytes: 0, first: Int.max, last: Int.min)
        var lifetimes = [ArenaPlan.Lifetime](repeating: unused, count: builder.bufferBytes.count)
        for (index, step) in steps.enumerated() {
            for buffer in step.operation.reads + step.operation.writes {
                lifetimes[buffer.index].bytes = builder.bufferBytes[buffer.index]
                lifetimes[buffer.index].first = min(lifetimes[buffer.index].first, index)
                lifetimes[buffer.index].last = max(lifetimes[buffer.index].last, index)
            }
        }
        heldByteCount = builder.held.reduce(0) { $0 + builder.bufferBytes[$1.index] }
        for buffer in held + builder.held {
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

    /// Resolves all addresses within a slot's block.
    func bind(_ arena: Arena, _ stream: DNNLStream) throws -> [BoundOperation] {
        try zip(steps, scratchOffsets).map { step, scratch in
            try step.operation.bind(
                BoundArena(
                    base: arena.base,
                    offsets: bufferOffsets,
                    scratch: arena.base + scratch,
                    stream: stream
                )
            )
        }
    }

    /// The first value of a map in a slot's block.
    func floats(_ map: FeatureMap, in arena: Arena) -> UnsafeMutablePointer<Float> {
        (arena.base + bufferOffsets[map.buffer.index]).assumingMemoryBound(to: Float.self) + map.start(image: 0)
    }
}
