internal import Foundation
internal import SystemSupport

extension RayIoUReport {
    /// The report as aligned text: a line for each label, the means, and on demand a line for each scene.
    public func table(withScenes: Bool = false) -> String {
        let heads = thresholds.map { "RayIoU@\(Int($0.threshold_m)) %" }
        var rows = [["class"] + heads + ["true rays", "predicted rays"]]
        rows += labels.map { label in
            [label.name] + label.scores.map { OccupancyReport.percent($0.iou_percent) }
                + ["\(label.truthRays)", "\(label.predictedRays)"]
        }
        rows.append(["mean"] + thresholds.map { OccupancyReport.percent($0.rayIoU_percent) } + ["", ""])
        var text = "\(model): \(caption)\n" + TextTable.ofNumbers(rows)
        text += "RayIoU \(OccupancyReport.percent(rayIoU_percent)) %: "
        let occurring = OccupancyReport.occurring(labels.map { $0.scores.first?.iou_percent })
        text += "the mean over 1, 2 and 4 m and the \(occurring), without free\n"
        if withScenes {
            let scenes = scenes.map { [$0.name, OccupancyReport.percent($0.rayIoU_percent), "\($0.samples)"] }
            text += "\n" + TextTable.ofNumbers([["scene", "RayIoU %", "samples"]] + scenes)
        }
        return text
    }

    /// The report as JSON with sorted keys; undefined scores are left out.
    public func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }
}
