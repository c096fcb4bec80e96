/// One step, the segment that it belongs to and the stage that it is timed under.
struct ProgramStep: Sendable {
    let operation: any Operation
    let stage: NetworkStage
    let segment: ProgramSegment
}
