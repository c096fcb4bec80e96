package import JobQueue

/// How a scene moves between its states, as the tests expect it of the queue's SQL.
///
/// A pure value: an event in, an action out, no clock and no database. `SceneTransitionTests` compares it with the SQL over every
/// state and event; the model check of the workers takes it for the queue.
///
/// Events that carry a lease are reports of a worker; they are refused unless the scene is leased under that very lease.
/// Errors and crashes are counted apart: errors up to `maximumErrors` are retried, then the scene has `failed`; at
/// `maximumCrashes` crashes it is `quarantined`.
package struct SceneStateMachine: Sendable, Hashable {
    /// What can happen to a scene.
    package enum Event: Sendable, Hashable {
        /// A worker claims it.
        case claim
        /// A worker reports finished samples.
        case progress(lease: Int64)
        /// A worker reports its result.
        case complete(lease: Int64)
        /// A worker reports an error.
        case fail(lease: Int64, retryable: Bool)
        /// A worker gives it back unfinished, because it stops.
        case release(lease: Int64)
        /// Its worker's heartbeats stopped.
        case expire
        /// A person cancels its run.
        case cancel
        /// A person puts failed and quarantined scenes back.
        case retry
        /// Its run is submitted again.
        case resubmit
        /// Its file was found damaged or missing.
        case requeueDone
    }

    /// What an event did.
    package enum Action: Sendable, Hashable {
        /// Nothing: the event does not apply in this state, or its lease is not the scene's.
        case refused
        /// It is leased under this number.
        case leased(Int64)
        /// The report was taken, the state stays.
        case noted
        /// The result was accepted.
        case accepted
        /// It waits in the queue, without delay.
        case requeued
        /// It waits in the queue, after the backoff's delay of this retry (1, 2, ...).
        case retried(Int)
        /// It failed for good.
        case failed
        /// It is kept away from workers.
        case quarantined
        /// It was cancelled.
        case cancelled
    }

    /// Where the scene stands.
    package private(set) var state: SceneState
    /// The last lease given out, 0 if there was none.
    package private(set) var lease: Int64
    /// Errors reported since it was last put into the queue by a person.
    package private(set) var errors: Int
    /// Crashes since it was last put into the queue by a person.
    package private(set) var crashes: Int
    /// Errors at which it has failed.
    package let maximumErrors: Int
    /// Crashes at which it is quarantined.
    package let maximumCrashes: Int

    /// Starts in any state.
    package init(
        state: SceneState = .queued,
        lease: Int64 = 0,
        errors: Int = 0,
        crashes: Int = 0,
        maximumErrors: Int = 3,
        maximumCrashes: Int = 3
    ) {
        self.state = state
        self.lease = lease
        self.errors = errors
        self.crashes = crashes
        self.maximumErrors = maximumErrors
        self.maximumCrashes = maximumCrashes
    }

    /// Applies an event and says what it did.
    package mutating func apply(_ event: Event) -> Action {
        switch (event, state) {
        case (.claim, .queued):
            state = .leased
            lease += 1
            return .leased(lease)
        case (.progress(let reported), .leased) where reported == lease:
            return .noted
        case (.complete(let reported), .leased) where reported == lease:
            state = .done
            return .accepted
        case (.fail(let reported, let retryable), .leased) where reported == lease:
            errors += 1
            let again = retryable && errors < maximumErrors
            state = again ? .queued : .failed
            return again ? .retried(errors) : .failed
        case (.release(let reported), .leased) where reported == lease:
            state = .queued
            return .requeued
        case (.expire, .leased):
            crashes += 1
            state = crashes < maximumCrashes ? .queued : .quarantined
            return state == .queued ? .requeued : .quarantined
        case (.cancel, .queued), (.cancel, .leased):
            state = .cancelled
            return .cancelled
        case (.retry, .failed), (.retry, .quarantined), (.resubmit, .failed), (.resubmit, .quarantined),
            (.resubmit, .cancelled), (.requeueDone, .done):
            state = .queued
            errors = 0
            crashes = 0
            return .requeued
        default:
            return .refused
        }
    }
}
