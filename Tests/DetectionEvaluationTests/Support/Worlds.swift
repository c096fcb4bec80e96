import Scenes
import TestSupport

@testable import Evaluation

/// Predictions and ground truths from a seed.
struct World {
    struct Sample {
        var truth: DetectionGroundTruth
        var predictions: [DetectionBox]
    }

    var samples: [Sample]

    /// Makes samples of up to 14 annotated boxes, crowded so that predictions compete, with scores that are often equal.
    init(samples count: Int, seed: UInt64, classes: [DetectionClass] = [.car, .pedestrian, .barrier]) throws {
        var random = SeededGenerator(seed: seed)
        samples = try (0..<count).map { index in
            let token = "sample-\(index)"
            let boxes = (0..<Int.random(in: 0...14, using: &random)).map { _ in
                let name = classes.randomElement(using: &random) ?? .car
                return BoxAnnotation(
                    category: Self.category(of: name),
                    attributes: name == .car && Bool.random(using: &random) ? ["vehicle.moving"] : [],
                    translation: Self.place(&random),
                    size: SIMD3(2, 4, 1.5),
                    rotation: Quaternion(yaw_rad: Double.random(in: -3...3, using: &random)),
                    velocity: Int.random(in: 0..<6, using: &random) == 0
                        ? nil : SIMD2(Double.random(in: 0...3, using: &random), 0),
                    pointCount: Int.random(in: 0...9, using: &random)
                )
            }
            let truth = try DetectionGroundTruth(sampleToken: token, egoTranslation: .zero, annotations: boxes)
            let predictions = try (0..<Int.random(in: 0...24, using: &random)).map { _ in
                try DetectionBox(
                    sampleToken: token,
                    translation: Self.place(&random),
                    size: SIMD3(2, Double.random(in: 3...5, using: &random), 1.5),
                    rotation: Quaternion(yaw_rad: Double.random(in: -3...3, using: &random)),
                    velocity: Int.random(in: 0..<8, using: &random) == 0 ? nil : SIMD2(1, 0),
                    name: classes.randomElement(using: &random) ?? .car,
                    score: Double(Int.random(in: 0...4, using: &random)) / 4,
                    attribute: Bool.random(using: &random) ? .vehicleMoving : nil
                )
            }
            return Sample(truth: truth, predictions: predictions)
        }
    }

    /// Matches of some of the samples.
    func matches(of range: Range<Int>) throws -> DetectionMatches {
        var matches = DetectionMatches()
        for index in range {
            try matches.accumulate(
                predictions: samples[index].predictions,
                truth: samples[index].truth,
                order: UInt64(index)
            )
        }
        return matches
    }

    /// A place on a grid of half metres, so that distances are often equal to each other and to thresholds.
    private static func place(_ random: inout SeededGenerator) -> SIMD3<Double> {
        SIMD3(
            Double(Int.random(in: -8...8, using: &random)) / 2,
            Double(Int.random(in: -8...8, using: &random)) / 2,
            0
        )
    }

    static func category(of name: DetectionClass) -> String {
        switch name {
        case .car: "vehicle.car"
        case .truck: "vehicle.truck"
        case .bus: "vehicle.bus.bendy"
        case .trailer: "vehicle.trailer"
        case .constructionVehicle: "vehicle.construction"
        case .pedestrian: "human.pedestrian.child"
        case .motorcycle: "vehicle.motorcycle"
        case .bicycle: "vehicle.bicycle"
        case .trafficCone: "movable_object.trafficcone"
        case .barrier: "movable_object.barrier"
        }
    }
}
