internal import TensorRuntime

/// A part of a network's program that runs by itself: networks that look back run parts for some frames only.
///
/// A frame has a role, its place in the input (0 is the keyframe), and its image branch stands in one of the session's slots. The
/// segments of a program are listed in the order in which they run, so that lifetimes of buffers follow from steps.
enum FrameSegment: Hashable, Sendable {
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

    /// What the program knows it by.
    var label: Segment {
        switch self {
        case .reference: Segment("reference")
        case .keepReference: Segment("keep reference")
        case .image(let slot): Segment("image, slot \(slot)")
        case .pair(let role): Segment("pair, role \(role)")
        case .depth(let role): Segment("depth, role \(role)")
        case .bev(let role): Segment("BEV, role \(role)")
        case .keyframe: Segment("keyframe")
        }
    }

    /// All of a program that reads so many frames.
    static func all(frames: Int) -> [FrameSegment] {
        let ofFrames = (0..<(frames - 1)).flatMap { (index: Int) -> [FrameSegment] in
            [.image(slot: index), .pair(role: index), .depth(role: index), .bev(role: index)]
        }
        return [.reference, .keepReference] + ofFrames + [.keyframe]
    }
}

extension ProgramBuilder {
    /// Appends the steps of a part of a network.
    func segment<Result>(_ segment: FrameSegment, _ body: () throws -> Result) rethrows -> Result {
        try self.segment(segment.label, body)
    }
}

/// One segment of a program to be run for one frame.
struct SegmentRun: Equatable, Sendable {
    let segment: FrameSegment
    /// Frame of the input that it reads: its images or its place in the grid.
    var frame = 0
    /// Slot that the frame's image branch stands in.
    var slot = 0
    /// Slot of the adjacent frame's; nil is the reference.
    var adjacentSlot: Int?
    /// Which calls of its modules these are in the published code: several where frames of the input are the same.
    var calls = [0]
}
