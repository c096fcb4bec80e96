/// What those who watch a queue with machines are told of it, in one snapshot.
public struct QueueReading: Sendable, Hashable {
    /// A run as they see it.
    public struct Run: Sendable, Hashable {
        /// The run's name.
        public var name: String
        /// Whether queued scenes may be claimed.
        public var state: RunState
        /// Exact counts.
        public var counts: SceneCounts
        /// Errors that workers reported of its scenes, those that were forgiven left out.
        public var errors: Int
        /// Workers that vanished over its scenes, those that were forgiven left out.
        public var crashes: Int
        /// Seconds until it is finished, nil where no rate is known and while it is paused.
        public var secondsRemaining: Double?

        /// Creates a run.
        public init(
            name: String,
            state: RunState = .active,
            counts: SceneCounts = SceneCounts(),
            errors: Int = 0,
            crashes: Int = 0,
            secondsRemaining: Double? = nil
        ) {
            self.name = name
            self.state = state
            self.counts = counts
            self.errors = errors
            self.crashes = crashes
            self.secondsRemaining = secondsRemaining
        }
    }

    /// Registrations by what became of them; of those that ended, the ones of the time that was asked for.
    public struct Workers: Sendable, Hashable {
        /// Heartbeats come in.
        public var live: Int
        /// They were told to stop.
        public var stopped: Int
        /// Nothing was left to do.
        public var done: Int
        /// They left for any other reason.
        public var troubled: Int
        /// Their heartbeats stopped.
        public var vanished: Int

        /// Creates counts, zero where not given.
        public init(live: Int = 0, stopped: Int = 0, done: Int = 0, troubled: Int = 0, vanished: Int = 0) {
            self.live = live
            self.stopped = stopped
            self.done = done
            self.troubled = troubled
            self.vanished = vanished
        }
    }

    /// Runs with something queued or leased, then recent ones, newest first.
    public var runs: [Run]
    /// Workers.
    public var workers: Workers

    /// Creates a reading.
    public init(runs: [Run] = [], workers: Workers = Workers()) {
        self.runs = runs
        self.workers = workers
    }
}
