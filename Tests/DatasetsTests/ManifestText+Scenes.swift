import Scenes

@testable import Datasets

extension ManifestText {
    /// A manifest of scenes that another source gave: a rig for each, cameras by their channels.
    ///
    /// - Parameter splits: scenes by split.
    init(_ scenes: [SceneFrames], annotations: [SceneAnnotations], splits: [String: [String]]) {
        lines = [#"{"kind":"manifest","version":1,"name":"converted"}"#]
        for (scene, annotated) in zip(scenes, annotations) {
            let cameras = scene.samples[0].cameras.map { camera -> String in
                let k = camera.intrinsics
                return
                    #""\#(camera.channel)":{"size":[\#(camera.width),\#(camera.height)],"k":\#(Self.list([k[0], k[4], k[2], k[5]])),"#
                    + #""distortion":{"model":"none"},"egoFromCamera":\#(Self.transform(camera.sensorToEgo))}"#
            }
            let lidar =
                scene.samples[0].lidar.map { #","lidar":{"egoFromLidar":\#(Self.transform($0.sensorToEgo))}"# } ?? ""
            lines.append(
                #"{"kind":"rig","name":"rig of \#(scene.name)","cameras":{\#(cameras.joined(separator: ","))}\#(lidar)}"#
            )
            let named = splits.filter { $0.value.contains(scene.name) }.keys.sorted().map { "\"\($0)\"" }
            lines.append(
                #"{"kind":"scene","name":"\#(scene.name)","token":"\#(scene.token)","rig":"rig of \#(scene.name)","#
                    + #""splits":[\#(named.joined(separator: ","))]}"#
            )
            for (sample, boxes) in zip(scene.samples, annotated.samples) {
                lines.append(Self.sample(sample, boxes))
            }
        }
    }

    private static func sample(_ sample: SampleFrames, _ annotated: SampleAnnotations) -> String {
        let images = sample.cameras.map { camera -> String in
            let isNear = abs(camera.timestamp_us - sample.timestamp_us) < 1_000_000
            let time = isNear ? #""t":\#(camera.timestamp_us * 1000),"# : ""
            return
                #""\#(camera.channel)":{"path":"\#(camera.imagePath)",\#(time)"worldFromEgo":\#(transform(camera.egoToGlobal))}"#
        }
        let boxes = annotated.boxes.map { box -> String in
            let velocity = box.velocity.map { #","velocity":\#(list([$0.x, $0.y, $0.z]))"# } ?? ""
            let placed = RigidTransform(translation: box.translation, rotation: box.rotation)
            let attributes = box.attributes.map { "\"\($0)\"" }.joined(separator: ",")
            return
                #"{"category":"\#(box.category)","worldFromBox":\#(transform(placed)),"wlh":\#(list([box.size.x, box.size.y, box.size.z])),"#
                + #""token":"\#(box.token)","attributes":[\#(attributes)],"lidarPoints":\#(box.lidarPointCount),"#
                + #""radarPoints":\#(box.radarPointCount)\#(velocity)}"#
        }
        return #"{"kind":"sample","token":"\#(sample.token)","t":\#(sample.timestamp_us * 1000),"#
            + #""worldFromEgo":\#(transform(annotated.lidarEgoToGlobal)),"images":{\#(images.joined(separator: ","))},"#
            + #""boxes":[\#(boxes.joined(separator: ","))]}"#
    }

    private static func transform(_ transform: RigidTransform) -> String {
        let (t, q) = (transform.translation, transform.rotation)
        return #"{"t":\#(list([t.x, t.y, t.z])),"q":\#(list([q.w, q.x, q.y, q.z]))}"#
    }

    private static func list(_ numbers: [Double]) -> String { "[\(numbers.map { "\($0)" }.joined(separator: ","))]" }
}
