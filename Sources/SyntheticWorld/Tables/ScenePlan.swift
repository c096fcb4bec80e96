/// One scene to be written: its world, sensors, clock and file names.
struct ScenePlan: Sendable {
    let index: Int
    let sampleCount: Int
    let world: SceneWorld
    /// The built-in rig, which annotations are judged by.
    let rig: SensorRig
    /// The cameras that pictures are rendered for.
    let cameras: [SceneCamera]
    let clock: SceneClock
    let mapToken: String

    init(index: Int, options: SyntheticOptions) {
        self.index = index
        sampleCount = options.samplesPerScene
        clock = SceneClock(
            seed: options.seed,
            scene: index,
            cameraDelays: options.rig.isEmpty ? SensorRig.cameraDelays : options.rig.map { _ in 0 }
        )
        world = SceneWorld(
            seed: options.seed,
            scene: index,
            duration: clock.seconds(clock.sample(options.samplesPerScene - 1))
        )
        rig = SensorRig(
            seed: options.seed,
            scene: index,
            width: options.imageWidth,
            height: options.imageHeight
        )
        cameras = options.rig.isEmpty ? rig.cameras.map(SceneCamera.pinhole) : options.rig.compactMap(SceneCamera.init)
        mapToken = TokenMaker(seed: options.seed).token("map", Self.name(index))
    }

    static func name(_ index: Int) -> String { "scene-\(9001 + index)" }

    var name: String { Self.name(index) }
    var log: String { "synthetic-\(9001 + index)" }
    var mapFile: String { "maps/\(mapToken).png" }

    var description: String {
        let plan = world.plan
        return "Synthetic street, \(plan.isUrban ? "town" : "suburb"), \(plan.lanes) lane(s) a direction, "
            + "\(plan.medianHalf > 0 ? "median, " : "")\(plan.junctions.count) junction(s), road works"
    }

    func imageFile(_ camera: Int, _ sample: Int) -> String {
        let channel = cameras[camera].channel
        return "samples/\(channel)/\(log)__\(channel)__\(clock.camera(camera, sample: sample)).jpg"
    }

    /// The file of a sample's lidar points; one tiny file for all where points are not stored.
    func lidarFile(_ sample: Int, stored: Bool) -> String {
        let channel = SensorRig.lidarChannel
        return stored
            ? "samples/\(channel)/\(log)__\(channel)__\(clock.sample(sample)).pcd.bin" : Self.sharedLidarFile
    }

    static let sharedLidarFile = "samples/\(SensorRig.lidarChannel)/not-stored.pcd.bin"

    /// The cameras of a sample with the ego poses at which they fire.
    func cameras(_ sample: Int) -> [(camera: SceneCamera, ego: Pose)] {
        cameras.enumerated().map { index, camera in (camera, pose(ofCamera: index, sample)) }
    }

    /// The built-in rig's cameras at a sample.
    func judges(_ sample: Int) -> [(camera: PinholeCamera, ego: Pose)] {
        rig.cameras.enumerated().map { index, camera in
            (camera, pose(ofCamera: cameras.count == rig.cameras.count ? index : 0, sample))
        }
    }

    private func pose(ofCamera index: Int, _ sample: Int) -> Pose {
        world.ego.pose(at: clock.seconds(clock.camera(index, sample: sample)))
    }
}
