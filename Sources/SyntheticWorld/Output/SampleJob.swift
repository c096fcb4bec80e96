internal import ArrayFiles
internal import ImageFiles

/// One piece of work of the writer: a picture, or a sample's labels and measurements.
struct SampleJob: Sendable {
    let scene: ScenePlan
    let sample: Int
    let options: SyntheticOptions
    let directory: DatasetDirectory

    /// Renders and writes one camera's picture; returns its bytes' count.
    func writeImage(camera: Int) throws -> Int {
        let time = scene.clock.seconds(scene.clock.camera(camera, sample: sample))
        let image = render(camera: camera, time: time)
        let bytes = try JPEGEncoder().encode(image, quality: options.jpegQuality)
        try directory.write(bytes, to: scene.imageFile(camera, sample))
        return bytes.count
    }

    /// Renders one camera's picture at a time.
    func render(camera: Int, time: Double) -> RGBImage {
        let ego = scene.world.ego.pose(at: time)
        let frame = FrameWorld(scene.world, at: time, around: SIMD2(ego.x, ego.y))
        var random = RandomStream(
            seed: options.seed,
            UInt64(scene.index),
            7,
            UInt64(sample),
            UInt64(camera)
        )
        return CameraRenderer(
            world: frame,
            camera: scene.cameras[camera],
            ego: ego,
            noiseSeed: random.next()
        ).render()
    }

    /// Writes a sample's labels and lidar points and measures its annotations.
    func writeLabels() throws -> (facts: SampleFacts, bytes: Int) {
        let time = scene.clock.seconds(scene.clock.sample(sample))
        let ego = scene.world.ego.pose(at: time)
        let cameras = scene.cameras(sample)
        let solids = scene.world.solids(at: time, around: SIMD2(ego.x, ego.y), reach: 100)
        let labels = try SampleLabels(world: scene.world, solids: solids, ego: ego, cameras: cameras).encoded()
        let token = TokenMaker(seed: options.seed).token("sample", scene.name, "\(sample)")
        try directory.write(labels, to: "gts/\(scene.name)/\(token)/labels.npz")
        var bytes = labels.count
        let frame = FrameWorld(scene.world, at: time, around: SIMD2(ego.x, ego.y))
        let sweep = LidarSweep(world: frame, ego: ego)
        if options.storesLidarPoints {
            let content = sweep.points.withUnsafeBytes { Array($0) }
            try directory.write(content, to: scene.lidarFile(sample, stored: true))
            bytes += content.count
        }
        return (facts(frame: frame, sweep: sweep, ego: ego, time: time, cameras: scene.judges(sample)), bytes)
    }

    private func facts(
        frame: FrameWorld,
        sweep: LidarSweep,
        ego: Pose,
        time: Double,
        cameras: [(camera: PinholeCamera, ego: Pose)]
    ) -> SampleFacts {
        var facts = SampleFacts()
        let visible = VisibleShare(world: frame, cameras: cameras)
        for (index, actor) in scene.world.actors.enumerated() {
            guard let pose = scene.world.pose(of: index, at: time) else { continue }
            let dx = pose.x - ego.x
            let dy = pose.y - ego.y
            guard dx * dx + dy * dy < SampleFacts.reach * SampleFacts.reach else { continue }
            let share = visible.share(
                of: index,
                size: actor.size,
                pose: pose,
                solids: scene.world.placed(actor: index, pose: pose)
            )
            facts.things[index] = .init(pose: pose, lidarPoints: sweep.hits[index] ?? 0, visibleShare: share)
        }
        return facts
    }
}
