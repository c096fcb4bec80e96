/// Metrics as text in Prometheus' format 0.0.4
/// (https://github.com/prometheus/docs/blob/main/content/docs/instrumenting/exposition_formats.md).
public enum Exposition {
    /// What HTTP calls the format.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The text of families, in their order; families without series are left out.
    public static func text(_ families: [MetricFamily]) -> String {
        var text = ""
        for family in families where !family.series.isEmpty {
            text += "# HELP \(family.name) \(escaped(family.help, quotes: false))\n"
            text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
            for series in family.series { add(series, of: family.name, to: &text) }
        }
        return text
    }

    private static func add(_ series: MetricSeries, of name: String, to text: inout String) {
        switch series.value {
        case .number(let value):
            text += line(name, series.labels, number(value))
        case .histogram(let histogram):
            var count: UInt64 = 0
            for (index, part) in histogram.counts.enumerated() {
                count += part
                let bounds = DurationHistogram.boundsSeconds
                let end = index < bounds.count ? number(bounds[index]) : "+Inf"
                text += line(name + "_bucket", series.labels + [("le", end)], "\(count)")
            }
            text += line(name + "_sum", series.labels, number(histogram.sumSeconds))
            text += line(name + "_count", series.labels, "\(count)")
        }
    }

    private static func line(_ name: String, _ labels: [(name: String, value: String)], _ value: String) -> String {
        let pairs = labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
        return name + (pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}") + " \(value)\n"
    }

    /// A number as Go reads it; whole numbers without a point, others in the fewest digits that give them back.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }

    /// A text in one line: backslashes and line feeds, in values of labels quotes too, after a backslash.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
