internal import CommandSupport
internal import JobQueue
internal import Monitoring

/// A reading of the queue as metrics; `docs/metrics.md` says what each means.
struct QueueFamilies {
    private var counters = SteadyCounters()

    /// The metrics of a reading; nil stands for a database that did not answer.
    mutating func families(_ reading: QueueReading?) -> [MetricFamily] {
        let about = [
            BuildInformation.metric(program: "occ-scheduler"),
            MetricFamily(
                "occ_database_up",
                .gauge,
                "1 where the last look at the database worked.",
                [MetricSeries(reading == nil ? 0 : 1)]
            ),
        ]
        guard let reading else { return about }
        let totals = counters.note(Self.counts(reading.runs))
        return about + Self.gauges(reading.runs) + Self.counters(reading.runs, totals) + Self.workers(reading.workers)
    }

    private static func gauges(_ runs: [QueueReading.Run]) -> [MetricFamily] {
        [
            MetricFamily(
                "occ_run_active",
                .gauge,
                "1 where queued scenes of the run are handed out, 0 where it is paused or cancelled.",
                runs.map { MetricSeries(["run": $0.name], $0.state == .active ? 1 : 0) }
            ),
            MetricFamily("occ_scenes", .gauge, "Scenes of the run by state.", runs.flatMap(scenes)),
            MetricFamily(
                "occ_run_samples",
                .gauge,
                "Samples of all scenes of the run.",
                runs.map { MetricSeries(["run": $0.name], Double($0.counts.samplesTotal)) }
            ),
            MetricFamily(
                "occ_run_eta_seconds",
                .gauge,
                "Seconds until the run is finished at the present rate; missing where no rate is known.",
                runs.compactMap { run in run.secondsRemaining.map { MetricSeries(["run": run.name], $0) } }
            ),
        ]
    }

    private static func scenes(_ run: QueueReading.Run) -> [MetricSeries] {
        SceneState.allCases.map { state in
            let count =
                switch state {
                case .queued: run.counts.queued
                case .leased: run.counts.leased
                case .done: run.counts.done
                case .failed: run.counts.failed
                case .quarantined: run.counts.quarantined
                case .cancelled: run.counts.cancelled
                }
            return MetricSeries(["run": run.name, "state": state.rawValue], Double(count))
        }
    }

    // MARK: - Counters

    /// How an attempt ended.
    private enum Outcome: String, CaseIterable { case done, error, crash }

    private static func attempts(_ run: QueueReading.Run, _ outcome: Outcome) -> Int {
        switch outcome {
        case .done: run.counts.done
        case .error: run.errors
        case .crash: run.crashes
        }
    }

    /// The name of a counter in memory; no name of a run holds a line break, and each outcome's differs from that of samples.
    private static func key(_ run: QueueReading.Run, _ what: String) -> String { "\(what)\n\(run.name)" }

    private static func counts(_ runs: [QueueReading.Run]) -> [String: Int] {
        var counts: [String: Int] = [:]
        for run in runs {
            counts[key(run, "samples")] = run.counts.samplesDone
            for outcome in Outcome.allCases { counts[key(run, outcome.rawValue)] = attempts(run, outcome) }
        }
        return counts
    }

    private static func counters(_ runs: [QueueReading.Run], _ totals: [String: Int]) -> [MetricFamily] {
        func total(_ run: QueueReading.Run, _ what: String) -> Double { Double(totals[key(run, what)] ?? 0) }
        return [
            MetricFamily(
                "occ_samples_completed_total",
                .counter,
                "Samples of the run that were finished.",
                runs.map { MetricSeries(["run": $0.name], total($0, "samples")) }
            ),
            MetricFamily(
                "occ_attempts_total",
                .counter,
                "Attempts at scenes of the run that ended, by outcome.",
                runs.flatMap { run in
                    Outcome.allCases.map { outcome in
                        MetricSeries(["run": run.name, "outcome": outcome.rawValue], total(run, outcome.rawValue))
                    }
                }
            ),
        ]
    }

    // MARK: - Workers

    private static func workers(_ workers: QueueReading.Workers) -> [MetricFamily] {
        let retired = workers.stopped + workers.done + workers.troubled
        let states = [("live", workers.live), ("retired", retired), ("expired", workers.vanished)]
        let causes = [
            ("stopped", workers.stopped), ("done", workers.done), ("vanished", workers.vanished),
            ("trouble", workers.troubled),
        ]
        return [
            MetricFamily(
                "occ_workers",
                .gauge,
                "Registered workers by state; those that left, of the last hour.",
                states.map { MetricSeries(["state": $0.0], Double($0.1)) }
            ),
            MetricFamily(
                "occ_worker_departures",
                .gauge,
                "Workers that left within the last hour, by cause.",
                causes.map { MetricSeries(["cause": $0.0], Double($0.1)) }
            ),
        ]
    }
}
