/// A bar from zero to a difference, with its interval, as a drawing in a page.
public struct DifferenceBar: Sendable {
    /// What the bar's colour says.
    public enum Judgement: Sendable {
        case good, bad, neutral
    }

    /// The difference.
    public var value: Double
    /// Where it lies; nil where that is not known.
    public var interval: ClosedRange<Double>?
    /// Half the width of the drawing, in the unit of the value; what lies beyond is cut off.
    public var scale: Double
    /// Its colour.
    public var judgement: Judgement

    /// Makes a bar.
    public init(value: Double, interval: ClosedRange<Double>?, scale: Double, judgement: Judgement) {
        self.value = value
        self.interval = interval
        self.scale = scale
        self.judgement = judgement
    }

    /// A round number at least as large as all of these, for bars that stand below each other; 1 where all are 0.
    public static func scale(of values: [Double]) -> Double {
        let largest = values.filter(\.isFinite).map(abs).max() ?? 0
        guard largest > 0, largest < 1e9 else { return 1 }
        var unit = 1e-6
        while unit * 10 < largest { unit *= 10 }
        return [1, 2, 5].map { $0 * unit }.first { $0 >= largest } ?? 10 * unit
    }

    /// The drawing, in colours that are seen on light and on dark; a reader who sees none gets the text.
    public func html(text: String) -> HTML {
        let zero = Self.centre
        let end = place(value)
        let colour: HTML =
            switch judgement {
            case .good: "#2f9e63"
            case .bad: "#d0503f"
            case .neutral: "#8a949e"
            }
        var whiskers: HTML = ""
        if let interval {
            let (low, high) = (place(interval.lowerBound), place(interval.upperBound))
            whiskers = """
                <path d="M\(low, digits: 1) 2V18M\(low, digits: 1) 10H\(high, digits: 1)M\(high, digits: 1) 2V18" \
                fill="none" stroke="#6f7a85" stroke-width="2"/>
                """
        }
        return """
            <svg width="120" height="20" viewBox="0 0 200 20" preserveAspectRatio="none" role="img" \
            aria-label="\(text)"><rect x="\(min(zero, end), digits: 1)" y="5" width="\(abs(end - zero), digits: 1)" height="10" \
            fill="\(colour)"/>\(whiskers)\
            <path d="M\(zero, digits: 1) 0V20" stroke="#6f7a85"/></svg>
            """
    }

    private static let centre = 100.0

    private func place(_ value: Double) -> Double {
        guard value.isFinite, scale > 0 else { return Self.centre }
        return min(max(Self.centre + value / scale * 98, 1), 199)
    }
}
