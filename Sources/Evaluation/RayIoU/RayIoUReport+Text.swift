internal import Foundation

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
        var text = "\(model): \(caption)\n" + Self.aligned(rows)
        text += "RayIoU \(OccupancyReport.percent(rayIoU_percent)) %: "
        let occurring = OccupancyReport.occurring(labels.map { $0.scores.first?.iou_percent })
        text += "the mean over 1, 2 and 4 m and the \(occurring), without free\n"
        if withScenes {
            let scenes = scenes.map { [$0.name, OccupancyReport.percent($0.rayIoU_percent), "\($0.samples)"] }
            text += "\n" + Self.aligned([["scene", "RayIoU %", "samples"]] + scenes)
        }
        return text
    }

    /// The report as JSON with sorted keys; undefined scores are left out.
    public func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    /// Columns of one width; the first to the left, the others to the right.
    private static func aligned(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + padding : padding + cell
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }
}
