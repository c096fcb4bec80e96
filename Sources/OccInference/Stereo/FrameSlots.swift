/// Where the image branches of remembered frames stand in a slot's memory, an entry for each of them.
struct FrameSlots: Sendable {
    /// The backbone's first stage: channels last, a quarter of the images' size.
    var stereo: [FeatureMap]
    /// The depth network's first layer: blocked.
    var reduced: [FeatureMap]
    /// What the comparison with the adjacent frame says of depths: blocked, padded to whole blocks.
    var costs: [FeatureMap]
    /// Depth distributions: channels last.
    var depths: [FeatureMap]
    /// Features to be lifted: channels last.
    var contexts: [FeatureMap]
    /// The first stage of the oldest frame if it has no slot.
    var reference: FeatureMap

    var count: Int { stereo.count }

    /// Buffers that keep their content from frame to frame.
    var held: [BufferID] { (stereo + reduced + costs + depths + contexts).map(\.buffer) }
}
