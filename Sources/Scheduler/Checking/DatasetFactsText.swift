internal import Datasets
internal import Foundation
internal import SystemSupport

/// Facts of a dataset as lines for people.
struct DatasetFactsText {
    private let facts: DatasetFacts

    init(_ facts: DatasetFacts) { self.facts = facts }

    /// All lines.
    var text: String {
        var lines = [
            "\(counted(facts.scenes, "scene")), \(counted(facts.samples, "sample")), \(counted(facts.pictures, "picture"))",
            "\(number(facts.duration_s)) s in all; from sample to sample \(spread(facts.gap_s)) s",
            "\(number(facts.way_m)) m in all; \(spread(facts.speed_mps)) m/s",
        ]
        if !facts.cameras.isEmpty { lines += [""] + cameras }
        if !facts.overlaps.isEmpty { lines += [""] + overlaps }
        lines += [""] + findings
        return lines.joined(separator: "\n") + "\n"
    }

    private var cameras: [String] {
        let head = [
            "camera", "size", "lens", "pictures", "mounts", "yaw", "tilt", "roll", "sees", "height", "off middle",
            "beyond lens", "masked", "delay",
        ]
        let units = ["", "", "", "", "", "deg", "deg", "deg", "deg", "m", "%", "%", "%", "ms"]
        let rows = facts.cameras.map { camera in
            [
                RecordingReport.plain(camera.channel), several(camera.sizes), several(camera.lenses),
                "\(camera.pictures)", "\(camera.mounts)", range(camera.yaw_deg), range(camera.tilt_deg),
                range(camera.roll_deg), range(camera.fieldOfView_deg), range(camera.height_m, digits: 2),
                range(camera.principalOffset_percent), range(camera.beyondLens_percent),
                camera.masked_percent.map { range($0) } ?? "-", range(camera.delay_ms),
            ]
        }
        return TextTable.lines([head, units] + rows, texts: 3)
    }

    /// Pairs of cameras, some to a line.
    private var overlaps: [String] {
        let pairs = facts.overlaps.map { pair in
            RecordingReport.plain(pair.cameras.joined(separator: " + ")) + " \(pair.width_deg)"
        }
        return ["both see, degrees:"]
            + stride(from: 0, to: pairs.count, by: 4).map {
                "  " + pairs[$0..<min($0 + 4, pairs.count)].joined(separator: ",  ")
            }
    }

    private var findings: [String] {
        var lines: [String] = []
        for finding in facts.findings {
            for example in finding.examples {
                lines.append(
                    "\(finding.isWrong ? "WRONG" : "note ")  \(finding.check): \(RecordingReport.plain(example))"
                )
            }
            let untold = finding.count - finding.examples.count
            if untold > 0 { lines.append("       \(finding.check): \(untold) more") }
        }
        let all = facts.findings.reduce(0) { $0 + $1.count }
        let wrong = facts.findings.filter(\.isWrong).reduce(0) { $0 + $1.count }
        let verdict = wrong == 0 ? "nothing is wrong" : "\(counted(wrong, "thing")) \(wrong == 1 ? "is" : "are") wrong"
        return lines + [verdict + (all > wrong ? ", \(counted(all - wrong, "note"))" : "")]
    }

    private func several(_ texts: [String]) -> String {
        texts.prefix(3).joined(separator: ", ") + (texts.count > 3 ? " …" : "")
    }

    private func counted(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }

    private func number(_ value: Double) -> String { String(format: "%.4g", value) }

    private func spread(_ spread: DatasetFacts.Spread) -> String {
        "\(number(spread.least)) to \(number(spread.most)) (mean \(number(spread.mean)))"
    }

    private func range(_ spread: DatasetFacts.Spread, digits: Int = 1) -> String {
        func shown(_ value: Double) -> String {
            let text = String(format: "%.\(digits)f", value)
            // -0.0 is 0.0.
            return Double(text) == 0 ? String(format: "%.\(digits)f", 0.0) : text
        }
        let (least, most) = (shown(spread.least), shown(spread.most))
        return least == most ? least : "\(least)…\(most)"
    }
}
