/// When the samples of a scene and their pictures are taken.
struct SceneClock: Sendable {
    /// Microseconds since 1970 of the scene's first sample.
    let start: Int
    private let seed: UInt64
    private let scene: Int
    /// When each camera fires against the sample's time stamp, microseconds.
    private let cameraDelays: [Int]

    /// Keyframes are 0.5 s apart, give or take a millisecond.
    private static let interval = 500_000

    init(seed: UInt64, scene: Int, cameraDelays: [Int] = SensorRig.cameraDelays) {
        self.cameraDelays = cameraDelays
        self.seed = seed
        self.scene = scene
        // One scene a quarter of an hour, from noon of 1 January 2030 (UTC): no real log is that young.
        start = 1_893_499_200_000_000 + scene * 900_000_000
    }

    /// The sample's time stamp, which is its lidar's, microseconds.
    func sample(_ index: Int) -> Int {
        var random = RandomStream(seed: seed, UInt64(scene), 5, UInt64(index))
        return start + index * Self.interval + (index == 0 ? 0 : random.below(2001) - 1000)
    }

    /// When a camera takes the sample's picture, microseconds.
    func camera(_ camera: Int, sample index: Int) -> Int {
        var random = RandomStream(seed: seed, UInt64(scene), 6, UInt64(index), UInt64(camera))
        return sample(index) + cameraDelays[camera] + random.below(1001) - 500
    }

    /// Seconds since the scene's first sample.
    func seconds(_ timestamp: Int) -> Double { Double(timestamp - start) * 1e-6 }
}
