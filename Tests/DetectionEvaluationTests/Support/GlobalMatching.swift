import Scenes

@testable import Evaluation

/// Matching over all samples in one go, after the letter of nuscenes-devkit's `accumulate`: the oracle of what is matched sample by sample.
enum GlobalMatching {
    struct Outcome: Equatable {
        var score: Double
        var isHit: Bool
        var errors: BoxErrors?
    }

    /// All predictions of a class in the order in which the devkit goes through them.
    static func outcomes(of world: World, _ name: DetectionClass, threshold: Double) -> [Outcome] {
        var boxes: [(sample: Int, box: DetectionBox)] = []
        for (index, sample) in world.samples.enumerated() {
            for box in DetectionFilter(truth: sample.truth).scored(sample.predictions) where box.name == name {
                boxes.append((index, box))
            }
        }
        // sorted((v, i) for (i, v) in enumerate(confidences))[::-1]
        let order = boxes.indices.sorted { a, b in
            (boxes[a].box.score, a) < (boxes[b].box.score, b)
        }.reversed()
        let truths = world.samples.map { DetectionFilter(truth: $0.truth).scoredTruths }
        var taken = truths.map { _ in Set<Int>() }
        return order.map { place in
            let (sample, box) = boxes[place]
            var least = Double.infinity
            var found: Int?
            for (index, truth) in truths[sample].enumerated() where truth.name == name {
                let distance = BoxErrors.distance(box.translation, truth.translation)
                if !taken[sample].contains(index), distance < least {
                    least = distance
                    found = index
                }
            }
            guard let found, least < threshold else { return Outcome(score: box.score, isHit: false, errors: nil) }
            taken[sample].insert(found)
            return Outcome(
                score: box.score,
                isHit: true,
                errors: threshold == 2 ? BoxErrors(box, truths[sample][found]) : nil
            )
        }
    }
}
