/// One metric with all its series, as an exposition shows them together.
public struct MetricFamily: Sendable {
    /// How a value is to be read.
    public enum Kind: String, Sendable {
        /// It only grows, but for restarts.
        case counter
        /// It goes up and down.
        case gauge
        /// Counts of observations by their size.
        case histogram
    }

    /// Its name: `a-z`, `0-9` and `_`, beginning with a letter; the unit last, `_total` after it for a counter.
    public let name: String
    /// How its values are to be read.
    public let kind: Kind
    /// What it means, in a line.
    public let help: String
    /// Its series; no two have the same labels.
    public let series: [MetricSeries]

    /// Makes a family.
    public init(_ name: String, _ kind: Kind, _ help: String, _ series: [MetricSeries]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.series = series
    }
}

/// One series of a metric: labels and the value at present.
public struct MetricSeries: Sendable {
    /// What is shown.
    public enum Value: Sendable {
        /// A number; not finite ones are shown as `NaN`, `+Inf`, `-Inf`.
        case number(Double)
        /// A whole histogram, of a family of that kind.
        case histogram(DurationHistogram)
    }

    /// Names and values, in the order in which they are shown; values may be any text.
    public let labels: [(name: String, value: String)]
    /// The value.
    public let value: Value

    /// Makes a series without labels.
    public init(_ value: Double) {
        labels = []
        self.value = .number(value)
    }

    /// Makes a series of a number.
    public init(_ labels: KeyValuePairs<String, String>, _ value: Double) {
        self.labels = labels.map { ($0.key, $0.value) }
        self.value = .number(value)
    }

    /// Makes a series of a histogram.
    public init(_ labels: KeyValuePairs<String, String>, _ histogram: DurationHistogram) {
        self.labels = labels.map { ($0.key, $0.value) }
        value = .histogram(histogram)
    }
}
