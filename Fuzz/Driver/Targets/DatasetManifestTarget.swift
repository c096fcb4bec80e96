import RunContract
import Scenes

@testable import Datasets

extension FuzzTarget {
    /// A manifest of any rig.
    ///
    /// What is resolved must be storable, and must lead nowhere outside the manifest's folder; what a lens sees lands where it was seen.
    static let datasetManifest = FuzzTarget(
        name: "dataset-manifest",
        run: { input in
            TemporaryPath.with(input, suffix: ManifestDataset.suffix, judge)
        },
        seeds: {
            let camera =
                #"{"slot":"CAM_FRONT","size":[64,48],"k":[50,50,32,24],"distortion":{"model":"opencv","d":[-0.3,0.1,0,0]},"egoFromCamera":{"t":[1,0,1],"q":[0.5,-0.5,0.5,-0.5]},"mask":"m.png","shutter":{"direction":"topToBottom","readout":1}}"#
            let fisheye =
                #"{"size":[64,48],"k":[20,20,32,24],"maxAngle":1.5,"distortion":{"model":"kb4","d":[0.01,0,0,0]},"egoFromCamera":{"t":[1,1,1],"q":[0.7071068,-0.7071068,0,0]}}"#
            let theta =
                #"{"size":[64,48],"k":[32,24],"distortion":{"model":"ftheta","d":[0,20,-1],"linear":[1,0,0]},"egoFromCamera":{"t":[1,-1,1],"q":[0,0,0.7071068,-0.7071068]}}"#
            let pose = #""worldFromEgo":{"t":[0,0,0],"q":[1,0,0,0]}"#
            let box =
                #"{"category":"vehicle.car","worldFromBox":{"t":[9,0,1],"q":[1,0,0,0]},"wlh":[2,4,1.5],"instance":"i","attributes":["vehicle.moving"],"lidarPoints":3}"#
            return [
                """
                {"kind":"manifest","version":1,"name":"n","root":"r"}
                {"kind":"rig","name":"g","groundZ":-0.3,"pixelOrigin":"corner","lidar":{"egoFromLidar":{"t":[0,0,2],"q":[1,0,0,0]}},"cameras":{"f":\(camera),"l":\(fisheye),"r":\(theta)}}
                {"kind":"scene","name":"s","rig":"g","splits":["val"],"x-note":null}
                {"kind":"sample","token":"a","t":"1000000000",\(pose),"images":{"f":{"path":"a.jpg","t":1000000001},"l":{"mcap":"a.mcap","chunk":8,"offset":1,"size":2,"type":"cdr sensor_msgs/msg/CompressedImage","stamp":1}},"boxes":[\(box)]}
                {"kind":"sample","token":"b","t":1500000000,\(pose),"images":{"f":{"path":"b.jpg",\(pose)}},"boxes":[\(box)]}

                """,
                "{\"kind\":\"manifest\",\"version\":1,\"name\":\"n\"}\n",
            ].map { Array($0.utf8) }
        }
    )

    private static func judge(_ path: String) {
        guard let dataset = accepted({ try ManifestDataset.open(root: path) }) else { return }
        let options = ResolutionOptions(skipMissing: true, imageCheck: .none)
        guard let resolved = accepted({ try dataset.resolve(split: nil, options: options) }) else { return }
        _ = accepted { try dataset.annotations(of: resolved.scenes) }
        for scene in resolved.scenes {
            demand(PlainName.isUsable(scene.name), "a scene whose name is no file name")
            demand(
                scene.samples.allSatisfy { PlainName.isUsable($0.token) },
                "a sample whose token is no file name"
            )
            for camera in scene.samples.flatMap(\.cameras) {
                demand(PlainName.flaw(ofRelativePath: camera.imagePath) == nil, "an image outside the root")
                demand(camera.maskPath.map { PlainName.flaw(ofRelativePath: $0) == nil } ?? true, "a mask outside")
            }
            demand(
                try SceneFrames(payload: scene.encodePayload()) == scene,
                "a scene that is read back otherwise"
            )
        }
    }
}
