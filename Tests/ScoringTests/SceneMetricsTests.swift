import Evaluation
import TestSupport
import Testing

@testable import Scoring

@Suite("Stored metrics of a scene")
struct SceneMetricsTests {
    private func metrics() throws -> SceneMetrics {
        var gaps = TruthGaps()
        gaps.add(.damaged, sample: "s", why: "cut off")
        var metrics = SceneMetrics(gaps: gaps)
        metrics[OccupancyMetric.self] = try RunFixture.confusions()
        metrics[RayMetric.self] = RayCounts()
        metrics[DetectionMetric.self] = try RunFixture.matches(0)
        return metrics
    }

    @Test("Parts come back as they were, each set of them, in bytes and in Base64")
    func roundTrip() throws {
        let whole = try metrics()
        for pick in 0..<16 {
            var part = whole
            if pick & 1 == 0 { part[OccupancyMetric.self] = nil }
            if pick & 2 == 0 { part[RayMetric.self] = nil }
            if pick & 4 == 0 { part[DetectionMetric.self] = nil }
            if pick & 8 == 0 { part.gaps = TruthGaps() }
            #expect(try SceneMetrics(decoding: part.encoded()) == part)
            #expect(try SceneMetrics(base64: part.base64) == part)
            #expect(part.isEmpty == (pick & 7 == 0) && part.isWorthStoring == (pick != 0))
        }
    }

    @Test("What version 0.1 stored, confusions and nothing else, is read")
    func old() throws {
        let confusions = try RunFixture.confusions()
        let read = try SceneMetrics(decoding: confusions.encoded())
        #expect(read[OccupancyMetric.self] == confusions && read[RayMetric.self] == nil && read.gaps.isEmpty)
    }

    @Test("Parts of a later program are stepped over")
    func laterPart() throws {
        var bytes = try metrics().encoded()
        bytes[5] += 1
        bytes += [9, 3, 0, 0, 0, 7, 7, 7]
        #expect(try SceneMetrics(decoding: bytes) == metrics())
    }

    @Test("Cut off, too long, out of order, of a later version: an error")
    func refusals() throws {
        let bytes = try metrics().encoded()
        for length in 0..<bytes.count {
            #expect(throws: EvaluationError.self) { try SceneMetrics(decoding: Array(bytes[..<length])) }
        }
        #expect(throws: EvaluationError.self) { try SceneMetrics(decoding: bytes + [0]) }
        var later = bytes
        later[4] = 2
        #expect(throws: EvaluationError.self) { try SceneMetrics(decoding: later) }
        var one = SceneMetrics()
        one[RayMetric.self] = RayCounts()
        var twice = one.encoded()
        twice += twice[6...]
        twice[5] = 2
        #expect(throws: EvaluationError.self) { try SceneMetrics(decoding: twice) }
        var huge = bytes
        huge[7...10] = [255, 255, 255, 255]
        #expect(throws: EvaluationError.self) { try SceneMetrics(decoding: huge) }
    }
}
