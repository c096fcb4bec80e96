internal import Glibc

/// Puts a slot's first stage aside before the slot takes another frame.
struct KeepReferenceOperation: Operation {
    let slots: FrameSlots

    var reads: [BufferID] { slots.stereo.map(\.buffer) }
    var writes: [BufferID] { [slots.reference.buffer] }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        let sources = slots.stereo.map { arena.floats($0) }
        let target = arena.floats(slots.reference)
        let bytes = slots.reference.images * slots.reference.imageStride * MemoryLayout<Float>.stride
        return { frame in memcpy(target, sources[frame.slot], bytes) }
    }
}
