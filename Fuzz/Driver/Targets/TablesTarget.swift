import Foundation
import Glibc
import RunContract
import Scenes

@testable import Datasets

extension FuzzTarget {
    /// A dataset's tables: the first byte chooses the table that the rest takes the place of; the others are whole.
    ///
    /// What is resolved must be storable, and must lead nowhere outside the dataset's root.
    static let tables = FuzzTarget(
        name: "tables",
        run: { input in
            guard let first = input.first else { return }
            let world = TableWorld.shared
            let index = Int(first) % TableWorld.names.count
            world.write(index, Array(input.dropFirst()))
            defer { world.restore(index) }
            let options = ResolutionOptions(skipMissing: first & 128 != 0, imageCheck: .none)
            guard
                let dataset = accepted({ try NuScenesDataset.open(root: world.root, version: TableWorld.version) })
            else { return }
            _ = accepted { try AnnotationTables.read(dataset, scenes: dataset.sceneNames) }
            _ = accepted { try dataset.scenes(ofSplit: "mine") }
            guard let resolved = accepted({ try dataset.resolve(options: options) }) else { return }
            for scene in resolved.scenes {
                demand(PlainName.isUsable(scene.name), "a scene whose name is no file name")
                demand(
                    scene.samples.allSatisfy { PlainName.isUsable($0.token) },
                    "a sample whose token is no file name"
                )
                for camera in scene.samples.flatMap(\.cameras) {
                    demand(PlainName.flaw(ofRelativePath: camera.imagePath) == nil, "an image outside the root")
                }
                demand(
                    try SceneFrames(payload: scene.encodePayload()) == scene,
                    "a scene that is read back otherwise"
                )
            }
        },
        seeds: {
            TableWorld.names.indices.map { [UInt8($0)] + TableWorld.bytes(of: $0) }
        }
    )
}

/// One scene of two samples in a folder in memory.
private final class TableWorld {
    static let version = "v1.0-fuzz"
    static let names = [
        "scene", "sample", "sensor", "calibrated_sensor", "sample_data", "ego_pose", "category", "instance",
        "attribute", "sample_annotation", "splits",
    ]
    // Guard: used by libFuzzer's only thread.
    nonisolated(unsafe) static let shared = TableWorld()

    let root: String

    private init() {
        root = "/dev/shm/occ-fuzz-\(getpid())"
        try? FileManager.default.createDirectory(atPath: "\(root)/\(Self.version)", withIntermediateDirectories: true)
        for index in Self.names.indices { restore(index) }
        atexit { try? FileManager.default.removeItem(atPath: "/dev/shm/occ-fuzz-\(getpid())") }
    }

    func restore(_ index: Int) { write(index, Self.bytes(of: index)) }

    func write(_ index: Int, _ bytes: [UInt8]) {
        let path = "\(root)/\(Self.version)/\(Self.names[index]).json"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let written = Glibc.write(descriptor, bytes, bytes.count)
        close(descriptor)
        demand(written == bytes.count, "a table cannot be written to '\(path)'")
    }

    private static let channels = ["LIDAR_TOP"] + CameraOrder.published

    static func bytes(of index: Int) -> [UInt8] {
        let text: String
        switch names[index] {
        case "scene":
            text =
                #"[{"token":"sc","name":"scene-1","nbr_samples":2,"first_sample_token":"a","last_sample_token":"b"}]"#
        case "sample":
            text =
                #"[{"token":"b","timestamp":2,"prev":"a","next":"","scene_token":"sc"},"#
                + #"{"token":"a","timestamp":1,"prev":"","next":"b","scene_token":"sc"}]"#
        case "sensor":
            text = list(channels) {
                #"{"token":"s\#($0)","channel":"\#($1)","modality":"\#($0 == 0 ? "lidar" : "camera")"}"#
            }
        case "calibrated_sensor":
            text = list(channels) { index, _ in
                #"{"token":"c\#(index)","sensor_token":"s\#(index)","translation":[1,0.5,-2],"#
                    + #""rotation":[0.5,-0.5,0.5,-0.5],"camera_intrinsic":\#(index == 0 ? "[]" : "[[100,0,50],[0,100,40],[0,0,1]]")}"#
            }
        case "sample_data":
            text = list(["a", "b"].flatMap { sample in channels.map { (sample, $0) } }) { index, place in
                #"{"token":"d\#(index)","sample_token":"\#(place.0)","ego_pose_token":"p\#(index)","#
                    + #""calibrated_sensor_token":"c\#(index % 7)","timestamp":\#(index),"is_key_frame":true,"height":90,"width":160,"#
                    + #""filename":"samples/\#(place.1)/\#(place.0).jpg"}"#
            }
        case "ego_pose":
            text = list(Array(0..<14)) { index, _ in
                #"{"token":"p\#(index)","translation":[\#(index),2,0],"rotation":[1,0,0,0]}"#
            }
        case "category": text = #"[{"token":"k","name":"vehicle.car"}]"#
        case "instance": text = #"[{"token":"i","category_token":"k"}]"#
        case "attribute": text = #"[{"token":"t","name":"vehicle.moving"}]"#
        case "sample_annotation":
            text = list(["a", "b"]) { index, sample in
                #"{"token":"n\#(index)","sample_token":"\#(sample)","instance_token":"i","attribute_tokens":["t"],"#
                    + #""prev":"\#(index == 0 ? "" : "n0")","next":"\#(index == 0 ? "n1" : "")","translation":[\#(index),1,1],"#
                    + #""size":[2,4,1.5],"rotation":[1,0,0,0],"num_lidar_pts":5,"num_radar_pts":0}"#
            }
        default: text = #"{"mine":["scene-1"]}"#
        }
        return Array(text.utf8)
    }

    private static func list<Element>(_ elements: [Element], _ row: (Int, Element) -> String) -> String {
        "[" + elements.enumerated().map { row($0, $1) }.joined(separator: ",") + "]"
    }
}
