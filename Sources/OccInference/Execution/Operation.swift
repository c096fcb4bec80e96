/// One step of a program, prepared: it holds its weights and whatever libraries need, and is shared by all slots.
protocol Operation: Sendable {
    /// Buffers that it reads, and those that it adds to.
    var reads: [BufferID] { get }
    /// Buffers that it writes.
    var writes: [BufferID] { get }
    /// Bytes that it needs while it runs.
    var scratchBytes: Int { get }

    /// Resolves all addresses within one slot's memory.
    ///
    /// - Returns: what runs the step for a frame. It allocates nothing but the prediction.
    func bind(_ arena: BoundArena) throws -> BoundOperation
}

/// A step of a program within one slot's memory.
typealias BoundOperation = (borrowing FrameContext) throws -> Void

extension Operation {
    var scratchBytes: Int { 0 }
}
