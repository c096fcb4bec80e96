internal import Scenes

/// One scene's lines of `dataset.occ.jsonl`, the manifest beside the tables (`docs/manifest.md`): it says the same as they do.
struct SceneManifest {
    let scene: ScenePlan
    let tokens: TokenMaker
    let options: SyntheticOptions

    /// The manifest's name in the dataset's folder.
    static let fileName = "dataset.occ.jsonl"

    /// The first line.
    static func head(_ options: SyntheticOptions) -> String {
        #"{"kind":"manifest","version":1,"name":"\#(options.version)"}"# + "\n"
    }

    /// The scene's lines: its rig, itself, its samples.
    ///
    /// - Parameters:
    ///   - splits: names of its splits.
    ///   - facts: what was measured at each sample, in order.
    func lines(splits: [String], facts: [SampleFacts]) -> String {
        var text = rig()
        let names = splits.map { "\"\($0)\"" }.joined(separator: ",")
        text += #"{"kind":"scene","name":"\#(scene.name)","token":"\#(tokens.token("scene", scene.name))","#
        text += #""rig":"\#(rigName)","splits":[\#(names)]}"# + "\n"
        for index in facts.indices { text += sample(index, facts[index]) }
        return text
    }

    private var rigName: String { "rig-\(scene.name)" }

    private func rig() -> String {
        let cameras = scene.cameras.map { camera -> String in
            guard case .pinhole(let camera) = camera else { return given(camera) }
            let k = Self.list([camera.focal, camera.focal, camera.principalX, camera.principalY])
            return
                #""\#(camera.channel)":{"size":[\#(camera.width),\#(camera.height)],"k":\#(k),"distortion":{"model":"none"},"#
                + #""egoFromCamera":\#(Self.transform(camera.translation, camera.quaternion))}"#
        }
        let lidar = Pose(x: 0, y: 0, z: 0, yaw: SensorRig.lidarYaw)
        return #"{"kind":"rig","name":"\#(rigName)","cameras":{\#(cameras.joined(separator: ","))},"#
            + #""lidar":{"egoFromLidar":\#(Self.transform(SensorRig.lidarTranslation, lidar.quaternion))}}"# + "\n"
    }

    /// A camera of a rig that was given.
    private func given(_ camera: SceneCamera) -> String {
        guard case .given(let frame, _, _) = camera else { return "" }
        let k = frame.intrinsics
        let mount = frame.sensorToEgo
        let q = mount.rotation
        var lens = #"{"model":"\#(frame.lens.name)""#
        if frame.lens.model != .none { lens += #","d":\#(Self.list(frame.lens.coefficients))"# }
        // p1 times [c d; e 1] stands where other cameras have their focal lengths.
        let isFTheta = frame.lens.name == "ftheta"
        if isFTheta { lens += #","linear":\#(Self.list([k[0] / k[4], k[1] / k[4], k[3] / k[4]]))"# }
        var text = #""\#(frame.channel)":{"size":[\#(frame.width),\#(frame.height)],"#
        text += #""k":\#(Self.list(isFTheta ? [k[2], k[5]] : [k[0], k[4], k[2], k[5]])),"distortion":\#(lens)},"#
        if let angle = frame.lens.maximumAngle_rad { text += #""maxAngle":\#(angle),"# }
        if options.unusualCameras.contains(frame.channel) { text += #""unusual":true,"# }
        return text + #""egoFromCamera":\#(Self.transform(mount.translation, [q.w, q.x, q.y, q.z]))}"#
    }

    private func sample(_ index: Int, _ facts: SampleFacts) -> String {
        let time = scene.clock.sample(index)
        let images = scene.cameras.map(\.channel).enumerated().map { camera, channel -> String in
            let own = scene.clock.camera(camera, sample: index)
            return
                #""\#(channel)":{"path":"\#(scene.imageFile(camera, index))","t":"\#(own)000","worldFromEgo":\#(ego(at: own))}"#
        }
        return #"{"kind":"sample","token":"\#(tokens.token("sample", scene.name, "\(index)"))","t":"\#(time)000","#
            + #""worldFromEgo":\#(ego(at: time)),"images":{\#(images.joined(separator: ","))},"#
            + #""boxes":[\#(boxes(index, facts).joined(separator: ","))]}"# + "\n"
    }

    private func ego(at time: Int) -> String {
        let pose = scene.world.ego.pose(at: scene.clock.seconds(time))
        return Self.transform(SIMD3(pose.x, pose.y, pose.z), pose.quaternion)
    }

    private func boxes(_ index: Int, _ facts: SampleFacts) -> [String] {
        let seconds = scene.clock.seconds(scene.clock.sample(index))
        return scene.world.actors.enumerated().compactMap { actor, thing in
            facts.things[actor].map { fact in
                let middle = SIMD3(fact.pose.x, fact.pose.y, fact.pose.z + Double(thing.size.z) / 2)
                let size = Self.list([Double(thing.size.y), Double(thing.size.x), Double(thing.size.z)])
                let attributes = thing.attribute(at: seconds).map { "\"\($0)\"" } ?? ""
                return
                    #"{"category":"\#(thing.kind.category)","worldFromBox":\#(Self.transform(middle, fact.pose.quaternion)),"#
                    + #""wlh":\#(size),"token":"\#(tokens.token("sample_annotation", scene.name, "\(actor)", "\(index)"))","#
                    + #""instance":"\#(tokens.token("instance", scene.name, "\(actor)"))","attributes":[\#(attributes)],"#
                    + #""lidarPoints":\#(fact.lidarPoints),"radarPoints":0}"#
            }
        }
    }

    private static func transform(_ t: SIMD3<Double>, _ q: [Double]) -> String {
        #"{"t":\#(list([t.x, t.y, t.z])),"q":\#(list(q))}"#
    }

    /// Numbers in the fewest digits that are read back exactly.
    private static func list(_ numbers: [Double]) -> String { "[\(numbers.map { "\($0)" }.joined(separator: ","))]" }
}
