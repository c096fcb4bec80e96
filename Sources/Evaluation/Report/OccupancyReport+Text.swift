internal import Foundation
internal import Scenes
internal import SystemSupport

extension OccupancyReport {
    /// The report as aligned text: a line for each label, the mean, and on demand a line for each scene.
    public func table(withScenes: Bool = false) -> String {
        var rows = [["class", "IoU %", "true voxels", "predicted voxels"]]
        rows += labels.map { [$0.name, Self.percent($0.iou_percent), "\($0.truthVoxels)", "\($0.predictedVoxels)"] }
        rows.append(["mIoU", Self.percent(meanIoU_percent), "", ""])
        var text = "\(model): \(caption)\n" + TextTable.ofNumbers(rows)
        text += "mIoU is the mean over the \(Self.occurring(labels.map(\.iou_percent))), without free\n"
        if withScenes {
            let scenes = scenes.map { [$0.name, Self.percent($0.meanIoU_percent), "\($0.samples)"] }
            text += "\n" + TextTable.ofNumbers([["scene", "mIoU %", "samples"]] + scenes)
        }
        return text
    }

    /// The lines that FlashOcc's and BDC-Occ's evaluation prints, after a line with split and mask.
    public var flashOccLines: String {
        var lines = ["===> \(caption)", "===> per class IoU of \(sampleCount) samples:"]
        for label in labels.dropLast() { lines.append("===> \(label.name) - IoU = \(Self.python(label.iou_percent))") }
        lines.append("===> mIoU of \(sampleCount) samples: \(Self.python(meanIoU_percent))")
        return lines.joined(separator: "\n") + "\n"
    }

    /// The report as JSON with sorted keys; undefined scores are left out.
    public func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    /// How many of the 17 classes have a score, given those of all labels in their order.
    static func occurring(_ scores: [Double?]) -> String {
        let count = scores.prefix(Int(OccupancyClass.freeLabel)).count { $0 != nil }
        return count == 1 ? "1 class that occurs" : "\(count) classes that occur"
    }

    /// Two decimals, or a dash where the score is undefined.
    static func percent(_ value: Double?) -> String {
        value.map { String(format: "%.2f", $0) } ?? "-"
    }

    /// What Python prints for `round(value, 2)`: the shortest text of the rounded number.
    static func python(_ value: Double?) -> String {
        value.map { "\(Double(String(format: "%.2f", $0))!)" } ?? "nan"
    }
}
