import Testing

@testable import Monitoring

@Suite("Metrics as text")
struct ExpositionTests {
    @Test("Counters, gauges and histograms are written as Prometheus reads them; a family without series is left out")
    func golden() {
        var histogram = DurationHistogram()
        for seconds in [0.001, 0.005, 0.006, 2, 30, 31, 500] { histogram.observe(seconds) }
        let text = Exposition.text([
            MetricFamily(
                "occ_scenes",
                .gauge,
                "Scenes \\ by\nstate, \"all\".",
                [
                    MetricSeries(["run": "a\"b\\c\nd", "state": "queued"], 3),
                    MetricSeries(["run": "日本 {} # ,", "state": "done"], -0.25),
                ]
            ),
            MetricFamily("occ_nothing", .gauge, "Nothing.", []),
            MetricFamily("occ_things_total", .counter, "Things.", [MetricSeries(1e9)]),
            MetricFamily("occ_sample_seconds", .histogram, "Seconds.", [MetricSeries(["phase": "store"], histogram)]),
        ])
        #expect(
            text == """
                # HELP occ_scenes Scenes \\\\ by\\nstate, "all".
                # TYPE occ_scenes gauge
                occ_scenes{run="a\\"b\\\\c\\nd",state="queued"} 3
                occ_scenes{run="日本 {} # ,",state="done"} -0.25
                # HELP occ_things_total Things.
                # TYPE occ_things_total counter
                occ_things_total 1000000000
                # HELP occ_sample_seconds Seconds.
                # TYPE occ_sample_seconds histogram
                occ_sample_seconds_bucket{phase="store",le="0.005"} 2
                occ_sample_seconds_bucket{phase="store",le="0.01"} 3
                occ_sample_seconds_bucket{phase="store",le="0.025"} 3
                occ_sample_seconds_bucket{phase="store",le="0.05"} 3
                occ_sample_seconds_bucket{phase="store",le="0.1"} 3
                occ_sample_seconds_bucket{phase="store",le="0.25"} 3
                occ_sample_seconds_bucket{phase="store",le="0.5"} 3
                occ_sample_seconds_bucket{phase="store",le="1"} 3
                occ_sample_seconds_bucket{phase="store",le="2.5"} 4
                occ_sample_seconds_bucket{phase="store",le="5"} 4
                occ_sample_seconds_bucket{phase="store",le="10"} 4
                occ_sample_seconds_bucket{phase="store",le="30"} 5
                occ_sample_seconds_bucket{phase="store",le="+Inf"} 7
                occ_sample_seconds_sum{phase="store"} 563.012
                occ_sample_seconds_count{phase="store"} 7

                """
        )
    }

    @Test(
        "Numbers are written as Go reads them",
        arguments: [
            (0, "0"), (-0.0, "0"), (1, "1"), (0.1, "0.1"), (1e-7, "1e-07"), (123_456_789_012_345, "123456789012345"),
            (1e15, "1000000000000000.0"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
        ] as [(Double, String)]
    )
    func numbers(value: Double, text: String) {
        #expect(Exposition.number(value) == text)
    }

    @Test("What is no duration is left out of a histogram")
    func noDurations() {
        var histogram = DurationHistogram()
        for seconds in [-1, -.leastNonzeroMagnitude, .nan, .infinity] as [Double] { histogram.observe(seconds) }
        #expect(histogram == DurationHistogram())
        histogram.observe(0)
        #expect(histogram.counts.first == 1 && histogram.sumSeconds == 0)
    }
}
