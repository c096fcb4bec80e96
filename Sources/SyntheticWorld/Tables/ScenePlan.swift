/// One scene to be written: its world, sensors, clock and file names.
struct ScenePlan: Sendable {
    let index: Int
    let sampleCount: Int
    let world: SceneWorld
    let rig: SensorRig
    let clock: SceneClock
    let mapToken: String

    init(index: Int, options: SyntheticOptions) {
        self.index = index
        sampleCount = options.samplesPerScene
        clock = SceneClock(seed: options.seed, scene: index)
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
        let channel = SensorRig.cameraChannels[camera]
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
    func cameras(_ sample: Int) -> [(camera: PinholeCamera, ego: Pose)] {
        rig.cameras.enumerated().map { index, camera in
            (camera, world.ego.pose(at: clock.seconds(clock.camera(index, sample: sample))))
        }
    }
}
