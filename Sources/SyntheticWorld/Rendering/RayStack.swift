/// Room for one traversal's waiting boxes; each thread brings its own.
struct RayStack {
    /// A box that waits: an inner node or a leaf's solids.
    struct Entry {
        /// Where the ray enters it.
        var distance: Float
        /// Index of the node, or of the leaf's first solid.
        var first: Int32
        /// Number of the leaf's solids; 0 for a node.
        var count: Int32
    }

    let entries: UnsafeMutablePointer<Entry>

    /// Allocates the room; ``free()`` gives it back.
    init() {
        entries = .allocate(capacity: BoundingVolumeHierarchy.stackSize)
    }

    func free() {
        entries.deallocate()
    }
}
