internal import CommandSupport
internal import Dispatch
internal import JobQueue
internal import Monitoring
internal import Synchronization
internal import SystemSupport

/// Looks at the queue when figures are wanted: one look at a time, none sooner than a second after the one before.
final class QueueWatch: Sendable {
    private struct State {
        var families = QueueFamilies()
        /// What was shown last, and when.
        var shown: [MetricFamily] = []
        var shownAt = -Double.infinity
        var isLooking = false
        var hasFailed = false
    }

    /// How long a figure is good for.
    private static let pauseSeconds = 1.0
    /// How long somebody who asks waits for the database; Prometheus itself waits for 10 s.
    private static let patienceSeconds = 8.0

    private let read: @Sendable () async throws -> QueueReading
    private let say: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// Makes a watch.
    ///
    /// - Parameters:
    ///   - read: reads the queue, once.
    ///   - say: tells people that the database does not answer, and that it does again.
    init(
        say: @escaping @Sendable (String) -> Void = { Terminal.say($0) },
        read: @escaping @Sendable () async throws -> QueueReading
    ) {
        self.read = read
        self.say = say
    }

    /// The figures of now, however long that takes.
    func look() async -> [MetricFamily] {
        do {
            return note(try await read(), nil)
        } catch {
            return note(nil, error)
        }
    }

    /// The figures of now, or that the database does not answer; waits for so long at most, on a thread that may wait.
    func lookWaiting() -> [MetricFamily] {
        let fresh: [MetricFamily]? = state.withLock { state in
            if MonotonicClock.nowSeconds - state.shownAt < Self.pauseSeconds { return state.shown }
            guard !state.isLooking else { return state.families.families(nil) }
            state.isLooking = true
            return nil
        }
        if let fresh { return fresh }
        let isDone = DispatchSemaphore(value: 0)
        Task {
            _ = await look()
            state.withLock { $0.isLooking = false }
            isDone.signal()
        }
        let isInTime = isDone.wait(timeout: .now() + Self.patienceSeconds) == .success
        return state.withLock { isInTime ? $0.shown : $0.families.families(nil) }
    }

    private func note(_ reading: QueueReading?, _ error: (any Error)?) -> [MetricFamily] {
        let (families, news) = state.withLock { state -> ([MetricFamily], String?) in
            let wasFailing = state.hasFailed
            state.hasFailed = reading == nil
            state.shown = state.families.families(reading)
            state.shownAt = MonotonicClock.nowSeconds
            let news = error.map { wasFailing ? nil : "warning: the database does not answer: \($0)" }
            return (state.shown, news ?? (wasFailing && error == nil ? "the database answers again" : nil))
        }
        if let news { say(news) }
        return families
    }
}
