/// Stops a host that fails scene after scene from using up every scene's attempts.
///
/// A bad mount, a bad memory module or a wrong library fails whatever it is given, and does so faster than good hosts work. After
/// `failures` different scenes in a row without a success the worker claims nothing for a while, then one scene as a probe: its
/// failure doubles the while, any success ends it. A failure that no other attempt can mend, a damaged picture, begins the shortest
/// while only: it most likely says something about the scene.
struct FailureBreaker: Hashable, Sendable {
    struct Settings: Hashable, Sendable {
        /// Different scenes that failed in a row after which claiming stops.
        var failures = 3
        /// The first pause, in seconds.
        var shortestPauseSeconds = 10.0
        /// The longest pause, in seconds.
        var longestPauseSeconds = 120.0
    }

    private let settings: Settings
    private var failedScenes: Set<Int64> = []
    private var nextPauseSeconds: Double
    private var opensAt: Double?

    init(settings: Settings = Settings()) {
        self.settings = settings
        nextPauseSeconds = settings.shortestPauseSeconds
    }

    /// Whether the last scenes all failed.
    var isTripped: Bool { opensAt != nil }

    /// How many scenes may be claimed with so many of the slots idle.
    func claimLimit(idle: Int, slots: Int, at now: Double) -> Int {
        guard let opensAt else { return idle }
        return now >= opensAt && idle == slots ? 1 : 0
    }

    /// Notes that a scene failed; gives the pause that begins with it, if one does.
    mutating func noteFailure(of scene: Int64, isRetryable: Bool, now: Double) -> Double? {
        if failedScenes.count < settings.failures { failedScenes.insert(scene) }
        guard failedScenes.count >= settings.failures else { return nil }
        // What was claimed before the pause may still fail during it.
        if let opensAt, now < opensAt { return nil }
        let pause = isRetryable ? nextPauseSeconds : settings.shortestPauseSeconds
        opensAt = now + pause
        if isRetryable { nextPauseSeconds = min(nextPauseSeconds * 2, settings.longestPauseSeconds) }
        return pause
    }

    /// Notes that a scene was done; true if that ends a pause.
    mutating func noteSuccess() -> Bool {
        let wasTripped = isTripped
        self = FailureBreaker(settings: settings)
        return wasTripped
    }
}
