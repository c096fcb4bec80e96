import SystemSupport
import Testing

@testable import Scheduler

@Suite("Plan of a report")
struct ReportPlanTests {
    @Test(
        "Everything is drawn where there is room; then sheets go, then pictures of films, and the forecast stays below the limit"
    )
    func limits() {
        let counts = [Int](repeating: 40, count: 150)
        let roomy = ReportPlan(sampleCounts: counts, worst: 12, stills: .all, limitBytes: 10_000_000_000)
        #expect(roomy.stills == .all && roomy.filmStride == 1 && roomy.remarks.isEmpty)
        var before = roomy
        for limit in [3_000_000_000, 1_000_000_000, 400_000_000, 100_000_000, 40_000_000] {
            let plan = ReportPlan(sampleCounts: counts, worst: 12, stills: .all, limitBytes: limit)
            #expect(plan.forecastBytes <= limit, "\(limit)")
            #expect(plan.stills == .worst && plan.filmStride >= before.filmStride && !plan.remarks.isEmpty)
            before = plan
        }
        #expect(before.filmStride > 10)
    }

    @Test("What was not asked for is not drawn, however much room there is; nothing to draw is no trap")
    func worstOnly() {
        let plan = ReportPlan(sampleCounts: [3, 3], worst: 2, stills: .worst, limitBytes: 1 << 40)
        #expect(plan.stills == .worst && plan.remarks.isEmpty)
        let none = ReportPlan(sampleCounts: [], worst: 0, stills: .all, limitBytes: 1)
        #expect(none.forecastBytes > 0 && none.filmStride == 1)
    }

    @Test("Each scene has a folder of its own, whatever its name holds")
    func places() {
        let names = ["scene-0103", "../../etc", ".hidden", "a b", "~1", "~3", String(repeating: "x", count: 300), ""]
        let site = ReportSite(scenes: names)
        let films = names.map { site.film($0).path }
        #expect(Set(films).count == names.count)
        #expect(films[0] == "pictures/scene-0103/film.webp")
        #expect(films.allSatisfy { $0.split(separator: "/").count == 3 && !$0.contains("..") && $0.utf8.count < 200 })
        #expect(site.still("a b", 7).path == "pictures/~3/0007.webp")
    }

    @Test(
        "Bytes for people",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (12_345, "12.3 kB"), (10_000, "10 kB"), (999_499, "999 kB"),
            (999_600, "1.0 MB"), (4_000_000_000, "4.0 GB"), (-5, "0 B"),
        ]
    )
    func bytes(count: Int, text: String) {
        #expect(ByteText.of(count) == text)
    }
}
