/// The ground truth of a scene's samples, as a submission keeps it with the scene so that workers score without the dataset's tables.
public struct DetectionSceneTruth: Equatable, Sendable {
    /// One sample.
    public struct Sample: Equatable, Sendable {
        /// The annotated boxes and where the vehicle was.
        public let truth: DetectionGroundTruth
        /// The sample's place among all, or in its scene; see `DetectionMatches`.
        public let order: UInt64

        /// Makes a sample.
        public init(truth: DetectionGroundTruth, order: UInt64) {
            self.truth = truth
            self.order = order
        }
    }

    /// The samples in the order of the scene.
    public let samples: [Sample]

    /// Makes the ground truth of a scene.
    public init(samples: [Sample]) { self.samples = samples }
}
