/// One segment of a program to be run for one frame.
struct SegmentRun: Equatable, Sendable {
    let segment: ProgramSegment
    /// Frame of the input that it reads: its images or its place in the grid.
    var frame = 0
    /// Slot that the frame's image branch stands in.
    var slot = 0
    /// Slot of the adjacent frame's; nil is the reference.
    var adjacentSlot: Int?
    /// Which calls of its modules these are in the published code: several where frames of the input are the same.
    var calls = [0]
}
