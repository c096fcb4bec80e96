/// What a dataset is like, and what is wrong with it or may be.
public struct DatasetFacts: Codable, Hashable, Sendable {
    /// The least, the mean and the most of a number; of none all are 0.
    public struct Spread: Codable, Hashable, Sendable {
        /// The least.
        public var least = 0.0
        /// The mean.
        public var mean = 0.0
        /// The most.
        public var most = 0.0
    }

    /// One camera, over all scenes.
    public struct Camera: Codable, Hashable, Sendable {
        /// Its channel.
        public var channel: String
        /// How many pictures it took.
        public var pictures = 0
        /// How many different mounts, intrinsics and lenses it has: one a vehicle, or a calibration.
        public var mounts = 0
        /// Names of the models of its lenses.
        public var lenses: [String] = []
        /// Sizes of its pictures, "1600 x 900".
        public var sizes: [String] = []
        /// The direction of its optical axis in the ego frame, degrees; 0 is ahead, 90 left.
        public var yaw_deg = Spread()
        /// How far its optical axis points up, degrees.
        public var tilt_deg = Spread()
        /// How far it is turned about its optical axis, degrees; 0 is upright.
        public var roll_deg = Spread()
        /// What it sees from the left edge of its pictures to the right, degrees.
        public var fieldOfView_deg = Spread()
        /// How high it is over the road, metres.
        public var height_m = Spread()
        /// How far its principal point is from the middle, in hundredths of the picture.
        public var principalOffset_percent = Spread()
        /// How much of its pictures lies beyond what its lens shows, hundredths.
        public var beyondLens_percent = Spread()
        /// How much of its pictures a mask takes away, hundredths; nil where there is none.
        public var masked_percent: Spread?
        /// How long after its sample it takes its pictures, milliseconds.
        public var delay_ms = Spread()
    }

    /// Two cameras that see the same directions.
    public struct Overlap: Codable, Hashable, Sendable {
        /// Their channels.
        public var cameras: [String]
        /// How much of the horizon both see, degrees.
        public var width_deg: Int
    }

    /// Something that is wrong, or worth knowing.
    public struct Finding: Codable, Hashable, Sendable {
        /// The sort of finding, for programs.
        public var check: String
        /// Whether it is wrong; otherwise it is a remark.
        public var isWrong: Bool
        /// How often it was found.
        public var count: Int
        /// The first times it was found: where and what.
        public var examples: [String]
    }

    /// Scenes that were looked at.
    public var scenes = 0
    /// Their samples.
    public var samples = 0
    /// The pictures of these.
    public var pictures = 0
    /// From the first sample of a scene to its last, all scenes together, seconds.
    public var duration_s = 0.0
    /// From sample to sample, seconds.
    public var gap_s = Spread()
    /// How fast the vehicle is, metres a second.
    public var speed_mps = Spread()
    /// How far it goes in all, metres.
    public var way_m = 0.0
    /// The cameras, in the order in which they were met.
    public var cameras: [Camera] = []
    /// Directions that no camera of the first scene sees, degrees from ahead to the left: from, to.
    public var unseen_deg: [[Int]] = []
    /// Pairs of cameras of the first scene that see the same directions.
    public var overlaps: [Overlap] = []
    /// What was found; what is wrong stands first.
    public var findings: [Finding] = []

    /// Whether nothing is wrong.
    public var isSound: Bool { !findings.contains(where: \.isWrong) }

    /// Makes facts of nothing.
    public init() {}
}
