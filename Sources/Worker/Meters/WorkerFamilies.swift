internal import CommandSupport
internal import Monitoring

/// A worker's meters as metrics; `docs/metrics.md` says what each means.
enum WorkerFamilies {
    /// The metrics of a reading.
    ///
    /// - Parameter now: monotonic seconds.
    static func families(_ reading: WorkerMeters.Reading, now: Double) -> [MetricFamily] {
        [
            BuildInformation.metric(program: "occ-worker"),
            MetricFamily(
                "occ_sample_seconds",
                .histogram,
                "Seconds that a sample took, by phase.",
                WorkerMeters.Phase.allCases.compactMap { phase in
                    reading.durations[phase].map { MetricSeries(["phase": phase.rawValue], $0) }
                }
            ),
            MetricFamily("occ_slots", .gauge, "Inference threads by state.", slots(reading.slots)),
            MetricFamily(
                "occ_leases_lost_total",
                .counter,
                "Leases that were lost while they were worked on, or with whose result this worker came too late.",
                [MetricSeries(Double(reading.leasesLost))]
            ),
            MetricFamily(
                "occ_heartbeat_age_seconds",
                .gauge,
                "Seconds since the last heartbeat that was answered was sent.",
                reading.lastContactSeconds.map { [MetricSeries(max(0, now - $0))] } ?? []
            ),
            MetricFamily(
                "occ_output_free_bytes",
                .gauge,
                "Free bytes where this worker last stored something.",
                reading.freeBytes.map { [MetricSeries(Double($0))] } ?? []
            ),
            MetricFamily(
                "occ_storage_operations_total",
                .counter,
                "Operations on the output, by outcome.",
                WorkerMeters.StorageOperation.allCases.flatMap { operation in
                    [("ok", reading.succeeded), ("failed", reading.failed)].map { outcome, counts in
                        MetricSeries(
                            ["operation": operation.rawValue, "outcome": outcome],
                            Double(counts[operation] ?? 0)
                        )
                    }
                }
            ),
        ]
    }

    private static func slots(_ counts: SlotCounts) -> [MetricSeries] {
        [
            ("idle", counts.idle), ("waiting", counts.waiting), ("working", counts.working),
            ("closing", counts.closing), ("abandoned", counts.abandoned),
        ].map { MetricSeries(["state": $0.0], Double($0.1)) }
    }
}
