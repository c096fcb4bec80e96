package import Evaluation
package import Scenes
internal import Scoring

/// Small scenes with annotations, predictions and labels.
package enum RunFixture {
    /// The token of a sample.
    package static func token(_ scene: Int, _ sample: Int) -> String { "token-\(scene)-\(sample)" }

    /// A scene of samples 4 m apart.
    package static func frames(_ scene: Int, samples: Int = 3) -> SceneFrames {
        SceneFrames(
            name: "scene-\(scene)",
            token: "s\(scene)",
            samples: (0..<samples).map { sample in
                SampleFrames(
                    token: token(scene, sample),
                    timestamp_us: Int64(sample),
                    cameras: [],
                    lidar: LidarPose(
                        sensorToEgo: RigidTransform(translation: SIMD3(0.9, 0, 1.8), rotation: .identity),
                        egoToGlobal: RigidTransform(
                            translation: SIMD3(Double(sample) * 4, 0, 0),
                            rotation: .identity
                        )
                    )
                )
            }
        )
    }

    /// Two cars a sample, one of them moving; the row of each sample in the tables runs against the scenes.
    package static func annotations(_ scene: Int, samples: Int = 3) -> SceneAnnotations {
        let frames = frames(scene, samples: samples)
        return SceneAnnotations(
            name: frames.name,
            samples: frames.samples.enumerated().map { index, sample in
                SampleAnnotations(
                    token: sample.token,
                    tableRow: (9 - scene) * 100 + index,
                    timestamp_us: sample.timestamp_us,
                    lidarEgoToGlobal: sample.lidar?.egoToGlobal ?? .identity,
                    boxes: [0, 1].map { car in
                        BoxAnnotation(
                            token: "box",
                            category: "vehicle.car",
                            attributes: ["vehicle.moving"],
                            translation: SIMD3(Double(10 * car) + Double(index), Double(scene), 0),
                            size: SIMD3(1.9, 4.5, 1.6),
                            rotation: Quaternion(w: 1, x: 0, y: 0, z: 0),
                            velocity: SIMD3(2, 0, 0),
                            lidarPointCount: 5,
                            radarPointCount: 1
                        )
                    }
                )
            }
        )
    }

    /// Boxes near the annotated ones, all of one score, so that the order of samples decides.
    package static func boxes(_ scene: Int, samples: Int = 3) throws -> [String: [DetectionBox]] {
        var boxes: [String: [DetectionBox]] = [:]
        for sample in annotations(scene, samples: samples).samples {
            boxes[sample.token] = try sample.boxes.enumerated().map { car, box in
                try DetectionBox(
                    sampleToken: sample.token,
                    translation: box.translation + SIMD3(0.7 * Double(scene) + Double(car), 0.2, 0),
                    size: box.size,
                    rotation: Quaternion(yaw_rad: 0.1 * Double(scene)),
                    velocity: car == 0 ? SIMD2(1, 0) : nil,
                    name: .car,
                    score: 0.5,
                    attribute: .vehicleMoving
                )
            }
        }
        return boxes
    }

    /// What the boxes of a scene score.
    package static func matches(_ scene: Int) throws -> DetectionMatches {
        let truth = try DetectionSceneTruth(annotations(scene), split: "mini_val")
        let boxes = try boxes(scene)
        var matches = DetectionMatches()
        for sample in truth.samples {
            try matches.accumulate(
                predictions: boxes[sample.truth.sampleToken] ?? [],
                truth: sample.truth,
                order: sample.order
            )
        }
        return matches
    }

    /// Voxels that are free but for every 160th.
    package static func labels(_ value: UInt8) -> [UInt8] {
        var labels = [UInt8](repeating: 17, count: VoxelGrid.count)
        for index in stride(from: Int(value), to: labels.count, by: 160) { labels[index] = value }
        return labels
    }

    /// Confusions of one sample, every mask seen whole.
    package static func confusions() throws -> MaskedConfusions {
        var confusions = MaskedConfusions()
        let ones = [UInt8](repeating: 1, count: VoxelGrid.count)
        let truth = VoxelLabels(semantics: labels(4), maskLidar: ones, maskCamera: ones)
        try confusions.accumulate(prediction: labels(5), truth: truth, sample: "s")
        return confusions
    }
}
