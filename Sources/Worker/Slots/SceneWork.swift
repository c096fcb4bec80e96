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

/// What came of the work on a scene.
struct SceneWorkReport: Sendable {
    var outcome: SlotOutcome
    /// Samples of the scene that are stored.
    var samples: Int
}

/// How a slot's work on a scene ended.
enum SlotOutcome: Hashable, Sendable {
    /// Every sample is stored and the scene file is published; the result is for the queue.
    case finished(SceneResult)
    /// It stopped because it was told to, between two samples.
    case stopped
    /// The scene cannot be done: its own data is at fault.
    case failed(message: String, isRetryable: Bool)
    /// The scene is of a format that this program does not know, or its run's folder is another queue's: others may do it.
    case notUnderstood(message: String)
    /// This host cannot go on (disk full, folder read-only): no fault of the scene.
    case hostFailed(message: String)
}
