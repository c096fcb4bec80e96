internal import JobQueue
internal import Logging
internal import RunContract
internal import Scoring
internal import SystemSupport

/// Runs whose model package this host has.
///
/// With `--model`, those of that model. Without, the model package of each active run is looked for where the run says it is; runs
/// whose package is not there are left to other workers, and said once.
actor RunnableRuns: ClaimPolicy {
    private let queue: JobQueue
    private let models: ModelShelf
    private let run: String?
    private let logger: Logger
    private var cached: (filter: ClaimFilter, at: Double)?
    private var reported: Set<String> = []
    private var isNothingSaid = false

    /// Runs come and go slowly, claims are frequent.
    private static let cacheSeconds = 5.0

    init(queue: JobQueue, models: ModelShelf, run: String?, logger: Logger) {
        self.queue = queue
        self.models = models
        self.run = run
        self.logger = logger
    }

    func filter() async throws -> ClaimFilter {
        let version = RunSettings.currentFormatVersion
        if let identities = models.onlyIdentities {
            let kinds = identities.map(\.kind)
            try await sayWhyNothing(kinds: kinds)
            return ClaimFilter(formatVersions: Dictionary(uniqueKeysWithValues: kinds.map { ($0, version) }), run: run)
        }
        let now = MonotonicClock.nowSeconds
        if let cached, now - cached.at < Self.cacheSeconds { return cached.filter }
        try await sayWhyNothing(kinds: nil)
        let filter = try await filter { $0.state == .active && $0.counts.queued > 0 }
        cached = filter.formatVersions.isEmpty ? nil : (filter, now)
        return filter
    }

    func prospects() async throws -> ClaimFilter {
        if models.onlyIdentities != nil { return try await filter() }
        return try await filter { !$0.isFinished }
    }

    /// The runs that this host has the model package of, of those that are looked for.
    private func filter(_ isWanted: (RunStatus) -> Bool) async throws -> ClaimFilter {
        let version = RunSettings.currentFormatVersion
        var versions: [String: Int] = [:]
        for status in try await queue.listRuns() where isWanted(status) && (run == nil || status.name == run) {
            guard status.formatVersion <= version, versions[status.kind] == nil else { continue }
            do {
                _ = try models.package(for: RunSettings(json: status.settings, run: status.name))
                versions[status.kind] = version
            } catch {
                if reported.insert(status.name).inserted {
                    logger.warning("a run is left alone", metadata: ["run": "\(status.name)", "why": "\(error)"])
                }
            }
        }
        return ClaimFilter(formatVersions: versions, run: run)
    }

    /// Says once that what the worker was told to work on is not in the queue; it may come yet.
    private func sayWhyNothing(kinds: [String]?) async throws {
        guard !isNothingSaid else { return }
        isNothingSaid = true
        if let run {
            guard let status = try await queue.runStatus(run) else {
                return logger.warning(
                    "no run of this name is in the queue; waiting for it",
                    metadata: ["run": "\(run)"]
                )
            }
            if let kinds, !kinds.contains(status.kind) {
                logger.warning(
                    "the run is of another model than --model, or of a precision that this host does not have; none of its scenes is claimed",
                    metadata: ["run": "\(run)"]
                )
            }
        } else if let kinds, try await queue.listRuns().allSatisfy({ !kinds.contains($0.kind) }) {
            logger.warning("no run in the queue is of the model of --model; waiting for one")
        }
    }
}
