/// What was measured at one sample beside pictures and labels.
struct SampleFacts: Sendable {
    /// One annotated thing at the sample's time.
    struct Thing: Sendable {
        var pose: Pose
        var lidarPoints: Int
        /// Share of it that the cameras see, 0...1.
        var visibleShare: Double
    }

    /// By actor index: those within ``reach`` of the ego vehicle.
    var things: [Int: Thing] = [:]

    /// Things are annotated up to this distance from the ego vehicle, metres: all of the label grid and the
    /// evaluation ranges.
    static let reach = 60.0
}
