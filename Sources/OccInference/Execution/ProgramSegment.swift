/// A part of a program that runs by itself: networks that look back run parts for some frames only.
///
/// A frame has a role, its place in the input (0 is the keyframe), and its image branch stands in one of the session's slots. The
/// segments of a program are listed in the order in which they run, so that lifetimes of buffers follow from steps.
enum ProgramSegment: Hashable, Sendable {
    /// The first stage of the backbone for the oldest frame, of which nothing else is needed.
    case reference
    /// The oldest frame's first stage is put aside before another frame takes its slot.
    case keepReference
    /// The image branch of a frame, into a slot.
    case image(slot: Int)
    /// What tells a frame's depths by its adjacent frame.
    case pair(role: Int)
    /// A frame's depths and features.
    case depth(role: Int)
    /// A frame's BEV features in the key ego frame.
    case bev(role: Int)
    /// What runs once a keyframe; all of a network of one frame.
    case keyframe

    /// Whether it is not run again for the next keyframe of a scene: all that depends on earlier frames only.
    var isRemembered: Bool {
        switch self {
        case .reference, .keepReference: true
        case .image(let slot): slot > 0
        case .pair(let role): role > 0
        case .depth, .bev, .keyframe: false
        }
    }
}
