import Testing

@testable import Scheduler

@Suite("Progress, rate and restarts")
struct ProgressTests {
    private let snapshot = ProgressSnapshot(
        scenesDone: 3,
        scenesTotal: 10,
        samplesDone: 120,
        samplesTotal: 400,
        failures: 1,
        workers: 2,
        samplesPerSecond: 0.5,
        remainingSeconds: 560
    )

    @Test("A wide line has a bar, a narrow one has not, none is wider than asked for")
    func widths() {
        let wide = ProgressLine.render(snapshot, width: 140)
        #expect(
            wide
                == "[#########.....................] 3/10 scenes | 120/400 samples | 0.50 samples/s | ETA 9m20s | 1 failed | 2 workers"
        )
        for width in 20...140 { #expect(ProgressLine.render(snapshot, width: width).count <= width) }
    }

    @Test(
        "Durations for people",
        arguments: [(48.2, "48s"), (59.6, "1m00s"), (580.0, "9m40s"), (11100.0, "3h05m"), (187_200.0, "2d04h")]
    )
    func durations(seconds: Double, text: String) {
        #expect(ProgressLine.duration(seconds) == text)
    }

    @Test("The rate follows the window, not the whole past")
    func rate() {
        var estimator = RateEstimator(windowSeconds: 10)
        #expect(estimator.rate == nil)
        for second in 0..<100 {
            estimator.observe(Int64(second < 50 ? second : 50 + 3 * (second - 50)), at: Double(second))
        }
        #expect(abs((estimator.rate ?? 0) - 3) < 1e-9)
        #expect(estimator.remainingSeconds(total: 197 + 30) == 10)
    }

    @Test("The same count again gives no rate and no estimate")
    func standstill() {
        var estimator = RateEstimator()
        estimator.observe(5, at: 0)
        estimator.observe(5, at: 10)
        #expect(estimator.rate == nil && estimator.remainingSeconds(total: 9) == nil)
    }

    @Test("Restarts are spaced out, end without progress, and start over with it")
    func restarts() {
        var policy = RestartPolicy(restartLimit: 3)
        #expect(policy.workerDied(progress: 0, saidHostFailed: false) == .restart(afterSeconds: 0.2))
        #expect(policy.workerDied(progress: 0, saidHostFailed: false) == .restart(afterSeconds: 0.4))
        #expect(policy.workerDied(progress: 1, saidHostFailed: false) == .restart(afterSeconds: 0.2))
        #expect(policy.workerDied(progress: 1, saidHostFailed: false) == .restart(afterSeconds: 0.4))
        #expect(policy.workerDied(progress: 1, saidHostFailed: false) == .restart(afterSeconds: 0.8))
        #expect(policy.workerDied(progress: 1, saidHostFailed: false) == .giveUp)
        var other = RestartPolicy()
        #expect(other.workerDied(progress: 9, saidHostFailed: true) == .restart(afterSeconds: 2))
        #expect(other.workerDied(progress: 9, saidHostFailed: true) == .restart(afterSeconds: 4))
        #expect(other.workerDied(progress: 9, saidHostFailed: true) == .giveUp)
        #expect(other.workerDied(progress: 10, saidHostFailed: true) == .restart(afterSeconds: 2))
    }
}
