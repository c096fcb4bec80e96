import Testing

@testable import Reporting

@Suite("Bars of differences") struct DifferenceBarTests {
    private func bar(_ value: Double, _ interval: ClosedRange<Double>? = nil) -> String {
        DifferenceBar(value: value, interval: interval, scale: 2, judgement: .good).html(text: "<\(value)>").source
    }

    @Test("A gain goes to the right of the middle and a loss to the left, as long as it is large")
    func lengths() {
        #expect(bar(1).contains("<rect x=\"100.0\" y=\"5\" width=\"49.0\""))
        #expect(bar(-1).contains("<rect x=\"51.0\" y=\"5\" width=\"49.0\""))
        #expect(bar(0).contains("width=\"0.0\""))
    }

    @Test("What lies beyond the scale, or is no number, stays inside the drawing")
    func bounds() {
        #expect(bar(1e300).contains("width=\"99.0\"") && bar(-.infinity).contains("width=\"0.0\""))
        #expect(bar(.nan).contains("width=\"0.0\""))
        #expect(bar(0, -9...9).contains("M1.0 2V18M1.0 10H199.0"))
        #expect(!bar(0).contains("M1.0"))
    }

    @Test("The text for readers is escaped")
    func text() {
        #expect(bar(1).contains("aria-label=\"&lt;1.0&gt;\""))
    }

    @Test(
        "Scales are round and hold every value",
        arguments: [
            ([], 1), ([0], 1), ([0.3, -0.9], 1), ([1.01], 2), ([-3], 5), ([7], 10), ([0.004], 0.005),
            ([.nan, 60], 100),
        ] as [([Double], Double)]
    )
    func scales(values: [Double], scale: Double) {
        #expect(abs(DifferenceBar.scale(of: values) - scale) < 1e-12)
    }
}
