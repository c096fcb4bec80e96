internal import Scenes

/// Which boxes of a sample are scored at all: nuscenes-devkit's `filter_eval_boxes`, for predictions and ground truth alike.
struct DetectionFilter {
    /// The sample.
    let truth: DetectionGroundTruth

    /// The predictions that are scored, in their order.
    func scored(_ predictions: [DetectionBox]) -> [DetectionBox] {
        predictions.filter { isScored($0.name, at: $0.translation) }
    }

    /// The annotated boxes that are scored, in their order: those with no lidar or radar point are not.
    var scoredTruths: [DetectionGroundTruth.Box] {
        truth.boxes.filter { $0.pointCount != 0 && isScored($0.name, at: $0.translation) }
    }

    private func isScored(_ name: DetectionClass, at centre: SIMD3<Double>) -> Bool {
        let x = centre.x - truth.egoTranslation.x
        let y = centre.y - truth.egoTranslation.y
        guard (x * x + y * y).squareRoot() < name.range_m else { return false }
        return !name.isDroppedInRacks || !truth.bicycleRacks.contains { $0.contains(centre) }
    }
}
