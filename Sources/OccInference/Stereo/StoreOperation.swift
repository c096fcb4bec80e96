internal import Glibc

/// Copies whole maps into the current frame's slot.
struct StoreOperation: Operation {
    /// A map and where it goes in every slot, in the same layout.
    let copies: [(source: FeatureMap, targets: [FeatureMap])]

    var reads: [BufferID] { copies.map(\.source.buffer) }
    var writes: [BufferID] { copies.flatMap { $0.targets.map(\.buffer) } }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        let copies = copies.map { copy in
            (
                source: arena.floats(copy.source), targets: copy.targets.map { arena.floats($0) },
                bytes: copy.source.images * copy.source.imageStride * MemoryLayout<Float>.stride
            )
        }
        return { frame in
            for copy in copies { memcpy(copy.targets[frame.slot], copy.source, copy.bytes) }
        }
    }
}
