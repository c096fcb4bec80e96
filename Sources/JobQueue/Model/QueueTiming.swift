public import PostgresClient

/// Every interval and limit of the queue, in one place.
public struct QueueTiming: Sendable, Hashable {
    /// How often a worker process beats, in seconds.
    public var heartbeatIntervalSeconds: Double
    /// How long after its last heartbeat a worker counts as gone, in seconds, by the database's clock.
    ///
    /// Stored with each worker when it registers, so that every process reaps by the worker's own value.
    public var expirySeconds: Double
    /// At most one round of reaping in this many seconds over all processes.
    public var reapIntervalSeconds: Double
    /// Delay of a scene's retry after a reported error.
    public var retryBackoff: Backoff
    /// Crashes after which a scene is quarantined.
    public var maximumCrashes: Int
    /// How long an operation keeps trying over a lost connection or a restarting database, in seconds.
    public var patienceSeconds: Double
    /// Delay between those tries.
    public var reconnectBackoff: Backoff
    /// Workers that retired or expired longer ago than this are forgotten, in seconds.
    public var workerHistorySeconds: Double

    /// Creates a timing; the defaults are the product's.
    public init(
        heartbeatIntervalSeconds: Double = 10,
        expirySeconds: Double = 30,
        reapIntervalSeconds: Double = 2,
        retryBackoff: Backoff = Backoff(baseSeconds: 5, capSeconds: 300, jitter: 0.25),
        maximumCrashes: Int = 3,
        patienceSeconds: Double = 20,
        reconnectBackoff: Backoff = Backoff(baseSeconds: 0.1, capSeconds: 5, jitter: 0.5),
        workerHistorySeconds: Double = 7 * 86400
    ) {
        self.heartbeatIntervalSeconds = heartbeatIntervalSeconds
        self.expirySeconds = expirySeconds
        self.reapIntervalSeconds = reapIntervalSeconds
        self.retryBackoff = retryBackoff
        self.maximumCrashes = maximumCrashes
        self.patienceSeconds = patienceSeconds
        self.reconnectBackoff = reconnectBackoff
        self.workerHistorySeconds = workerHistorySeconds
    }
}
