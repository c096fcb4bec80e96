public import Monitoring

extension BuildInformation {
    /// The metric that tells which program of which version shows the others.
    public static func metric(program: String) -> MetricFamily {
        MetricFamily(
            "occ_build_info",
            .gauge,
            "Always 1: which program of which version shows this.",
            [MetricSeries(["program": program, "version": version], 1)]
        )
    }
}
