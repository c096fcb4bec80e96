internal import TensorRuntime

/// Where the image branches of remembered frames stand in a slot's memory, an entry for each of them.
struct FrameSlots: Sendable {
    /// The backbone's first stage: channels last, a quarter of the images' size.
    var stereo: [Tensor]
    /// The depth network's first layer: blocked.
    var reduced: [Tensor]
    /// What the comparison with the adjacent frame says of depths: blocked, padded to whole blocks.
    var costs: [Tensor]
    /// Depth distributions: channels last.
    var depths: [Tensor]
    /// Features to be lifted: channels last.
    var contexts: [Tensor]
    /// The first stage of the oldest frame if it has no slot.
    var reference: Tensor

    var count: Int { stereo.count }

    /// What keeps its content from frame to frame.
    var held: [Tensor] { stereo + reduced + costs + depths + contexts }

    /// Slot that the current frame's image branch stands in.
    static let current = InputSlot<Int>("the frame's slot")
    /// Slot of the adjacent frame's; none is the reference.
    static let adjacent = InputSlot<Int>("the adjacent frame's slot")
}
