internal import Foundation
internal import Scenes

extension DetectionReport {
    /// The report as text: a line for the run, then what nuscenes-devkit prints.
    public var table: String { "\(model): \(caption)\n" + devkitLines }

    /// The lines that nuscenes-devkit 1.2.0 prints, without its time.
    ///
    /// A dash where an error is not defined would be clearer than its `nan`; these lines are for programs that read the devkit's.
    public var devkitLines: String {
        let abbreviations: [DetectionErrorKind: String] = [
            .translation: "mATE", .scale: "mASE", .orientation: "mAOE", .velocity: "mAVE", .attribute: "mAAE",
        ]
        var lines = ["mAP: \(Self.fixed(meanAveragePrecision, 4))"]
        for kind in DetectionErrorKind.allCases {
            lines.append("\(abbreviations[kind] ?? kind.rawValue): \(Self.fixed(errors[kind], 4))")
        }
        lines += ["NDS: \(Self.fixed(detectionScore, 4))", "", "Per-class results:"]
        lines.append(Self.row("Object Class", ["AP", "ATE", "ASE", "AOE", "AVE", "AAE"]))
        for label in labels {
            let errors = DetectionErrorKind.allCases.map { Self.fixed(label.errors[$0], 3) }
            lines.append(Self.row(label.name.rawValue, [Self.fixed(label.meanAveragePrecision, 3)] + errors))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func fixed(_ value: Double?, _ decimals: Int) -> String {
        guard let value, !value.isNaN else { return "nan" }
        return String(format: "%.\(decimals)f", value)
    }

    /// Python's `%-20s\t%-6s\t...`.
    private static func row(_ name: String, _ cells: [String]) -> String {
        let widths = [20] + cells.map { _ in 6 }
        return zip([name] + cells, widths).map { text, width in
            text + String(repeating: " ", count: max(0, width - text.count))
        }.joined(separator: "\t")
    }
}
