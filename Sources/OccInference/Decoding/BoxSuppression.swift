/// Drops boxes that overlap one of higher score, of whatever class, with sizes scaled by class meanwhile (Scale-NMS).
///
/// Source: `get_task_detections` and `get_bboxes` in `dense_heads/centerpoint_head.py`, `nms_bev` in `post_processing/box3d_nms.py`
/// and mmcv's `nms_rotated` for CPUs, where an overlap equal to the threshold is one too much.
struct BoxSuppression: Sendable {
    private let factors: [Float]
    private let threshold: Float
    private let mostBefore: Int
    private let mostAfter: Int

    init(_ configuration: DetectionConfiguration) {
        factors = configuration.rescaleFactors.map { Float($0) }
        threshold = Float(configuration.overlapThreshold)
        mostBefore = configuration.mostBeforeSuppression
        mostAfter = configuration.mostAfterSuppression
    }

    /// The boxes that stay, in their order, with `z` moved to the bottom.
    ///
    /// - Parameter boxes: highest score first.
    func kept(of boxes: [DetectedBox]) -> [DetectedBox] {
        let boxes = boxes.prefix(mostBefore).map { box in
            var scaled = box
            scaled.size *= factors[box.label]
            return scaled
        }
        let rectangles = boxes.map {
            RotatedRectangle(x: $0.x, y: $0.y, width: $0.size.x, height: $0.size.y, angle: $0.yaw)
        }
        var overlap = RotatedOverlap()
        var isSuppressed = [Bool](repeating: false, count: boxes.count)
        var kept: [DetectedBox] = []
        for first in boxes.indices where !isSuppressed[first] {
            guard kept.count < mostAfter else { break }
            kept.append(restored(boxes[first]))
            for second in (first + 1)..<max(first + 1, boxes.count) where !isSuppressed[second] {
                if overlap.ratio(rectangles[first], rectangles[second]) >= threshold { isSuppressed[second] = true }
            }
        }
        return kept
    }

    /// The box with its own size, as far as rounding lets it have it back.
    private func restored(_ box: DetectedBox) -> DetectedBox {
        var box = box
        box.size /= factors[box.label]
        box.z -= box.size.z * 0.5
        return box
    }
}
