/// One step and the stage that it is timed under.
struct ProgramStep: Sendable {
    let operation: any Operation
    let stage: NetworkStage
}
