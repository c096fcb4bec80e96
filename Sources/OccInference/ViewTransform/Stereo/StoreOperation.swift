internal import Glibc
internal import TensorRuntime

/// Copies whole maps into the current frame's slot.
struct StoreOperation: Operation, PreparedOperation {
    /// A map and where it goes in every slot, in the same layout.
    let copies: [(source: Tensor, targets: [Tensor])]

    var reads: [Tensor] { copies.map(\.source) }
    var writes: [Tensor] { copies.flatMap(\.targets) }
    var inputs: [InputID] { [FrameSlots.current.id] }

    func bind(_ memory: BoundMemory) throws -> BoundStep {
        let copies = copies.map { copy in
            (
                source: memory.bytes(copy.source), targets: copy.targets.map { memory.bytes($0) },
                bytes: copy.source.byteCount
            )
        }
        return { inputs in
            let slot = inputs.value(FrameSlots.current)
            for copy in copies { memcpy(copy.targets[slot], copy.source, copy.bytes) }
        }
    }
}
