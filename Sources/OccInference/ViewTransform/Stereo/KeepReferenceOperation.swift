internal import Glibc
internal import TensorRuntime

/// Puts a slot's first stage aside before the slot takes another frame.
struct KeepReferenceOperation: Operation, PreparedOperation {
    let slots: FrameSlots

    var reads: [Tensor] { slots.stereo }
    var writes: [Tensor] { [slots.reference] }
    var inputs: [InputID] { [FrameSlots.current.id] }

    func bind(_ memory: BoundMemory) throws -> BoundStep {
        let sources = slots.stereo.map { memory.bytes($0) }
        let target = memory.bytes(slots.reference)
        let bytes = slots.reference.byteCount
        return { inputs in memcpy(target, sources[inputs.value(FrameSlots.current)], bytes) }
    }
}
