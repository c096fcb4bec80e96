public import Scenes

/// The annotated boxes of one sample that detections are judged by.
public struct DetectionGroundTruth: Equatable, Sendable {
    /// One box of one of the ten classes.
    public struct Box: Equatable, Sendable {
        /// The class.
        public let name: DetectionClass
        /// The attribute; nil where the annotation has none, and then the attribute is not judged.
        public let attribute: DetectionAttribute?
        /// The box's centre in the global frame, metres.
        public let translation: SIMD3<Double>
        /// Width, length and height, metres.
        public let size: SIMD3<Double>
        /// The orientation in the global frame.
        public let rotation: Quaternion
        /// Velocity along x and y, metres a second; nil where it cannot be estimated, and then it is not judged.
        public let velocity: SIMD2<Double>?
        /// Lidar and radar points in the box.
        public let pointCount: Int
    }

    /// Token of the sample.
    public let sampleToken: String
    /// Where the ego vehicle is in the global frame by the ego pose of the sample's LIDAR_TOP keyframe, metres.
    public let egoTranslation: SIMD3<Double>
    /// The boxes of the ten classes in the order of the annotations, not yet filtered.
    public let boxes: [Box]
    /// The bicycle racks, in and around which bicycles and motorcycles are not judged.
    public let bicycleRacks: [BicycleRack]

    /// Takes a sample's annotations: boxes of the ten classes and bicycle racks; other categories are left out.
    ///
    /// - Parameters:
    ///   - sampleToken: token of the sample.
    ///   - egoTranslation: translation of the ego pose of the sample's LIDAR_TOP keyframe.
    ///   - annotations: all annotations of the sample in the order of their table: of two that are equally near to a prediction,
    ///     the first is matched.
    /// - Throws: `EvaluationError` (`invalidGroundTruth`) where a number is not finite, an attribute is unknown, or a box of one
    ///   of the ten classes has several.
    public init(sampleToken: String, egoTranslation: SIMD3<Double>, annotations: [BoxAnnotation]) throws {
        func flaw(_ text: String) -> EvaluationError {
            EvaluationError(.invalidGroundTruth, source: sampleToken, text)
        }
        guard egoTranslation.isFinite else { throw flaw("the ego pose \(egoTranslation.listed) is not finite") }
        var boxes: [Box] = []
        var racks: [BicycleRack] = []
        for (index, annotation) in annotations.enumerated() {
            let name = DetectionClass(category: annotation.category)
            let isRack = annotation.category == BicycleRack.category
            guard name != nil || isRack else { continue }
            let velocity = annotation.velocity.map { SIMD2($0.x, $0.y) }
            guard annotation.translation.isFinite, annotation.size.isFinite, annotation.rotation.isFinite,
                velocity?.isFinite ?? true
            else { throw flaw("annotation \(index), a \(annotation.category), has a number that is not finite") }
            if isRack {
                racks.append(
                    BicycleRack(
                        translation: annotation.translation,
                        size: annotation.size,
                        rotation: annotation.rotation
                    )
                )
            }
            guard let name else { continue }
            guard annotation.attributes.count <= 1 else {
                throw flaw(
                    "annotation \(index), a \(annotation.category), has the attributes \(annotation.attributes.joined(separator: ", ")); one is allowed"
                )
            }
            let attribute = annotation.attributes.first.flatMap(DetectionAttribute.init(rawValue:))
            if let text = annotation.attributes.first, attribute == nil {
                throw flaw(
                    "annotation \(index), a \(annotation.category), has the attribute '\(text)', which the task does not know"
                )
            }
            boxes.append(
                Box(
                    name: name,
                    attribute: attribute,
                    translation: annotation.translation,
                    size: annotation.size,
                    rotation: annotation.rotation,
                    velocity: velocity,
                    pointCount: annotation.pointCount
                )
            )
        }
        self.init(sampleToken: sampleToken, egoTranslation: egoTranslation, boxes: boxes, bicycleRacks: racks)
    }

    /// Puts together what was taken apart.
    init(sampleToken: String, egoTranslation: SIMD3<Double>, boxes: [Box], bicycleRacks: [BicycleRack]) {
        self.sampleToken = sampleToken
        self.egoTranslation = egoTranslation
        self.boxes = boxes
        self.bicycleRacks = bicycleRacks
    }
}
