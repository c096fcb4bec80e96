internal import JobQueue

/// What a slot does with a claimed scene; called on the slot's thread, and blocks until it is done.
protocol SceneWork: Sendable {
    /// Works on a scene until it is done, fails, or the flag says stop.
    ///
    /// - Parameters:
    ///   - slot: index of the calling slot; calls of one slot never overlap.
    ///   - sampleStored: called with the count of stored samples after each one, those taken over included.
    func perform(
        _ scene: ClaimedScene,
        slot: Int,
        flag: StopFlag,
        sampleStored: @escaping @Sendable (Int) -> Void
    ) -> SceneWorkReport
}

/// How the work on a scene ended.
struct SceneWorkReport: Sendable {
    var outcome: SlotOutcome
    /// Samples of the scene that are stored.
    var samples: Int
    /// What is reported to the queue, where the outcome is `finished`.
    var result: SceneResult?
}
