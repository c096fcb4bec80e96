import TestSupport

@testable import Datasets

/// A small manifest as lines of text, to be bent by a test and written to a folder.
struct ManifestText {
    /// 0: manifest, 1: rig, 2: scene of six samples (3 to 8), 9: another rig, 10: scene of one sample (11).
    var lines: [String]

    /// Makes a whole, legal manifest of two scenes and two rigs: a van with a rectified front camera and a fisheye on its left.
    init() {
        lines = [#"{"kind":"manifest","version":1,"name":"vanrig"}"#]
        lines.append(
            #"{"kind":"rig","name":"van","groundZ":-0.33,"cameras":{"front":{"slot":"CAM_FRONT","size":[1920,1080],"k":[1010.2,1009.8,959.1,541.7],"#
                + #""distortion":{"model":"opencv","d":[-0.31,0.09,0.0002,-0.0001,-0.01]},"egoFromCamera":{"t":[1.62,0.01,1.40],"q":[0.5,-0.5,0.5,-0.5]},"#
                + #""shutter":{"direction":"topToBottom","readout":16000000}},"left":{"size":[1280,960],"k":[331.0,331.2,640.0,480.5],"maxAngle":1.6,"#
                + #""distortion":{"model":"kb4","d":[0.02,-0.004,0.001,0]},"egoFromCamera":{"t":[1.10,0.92,1.05],"q":[0.7071068,-0.7071068,0,0]}}}}"#
        )
        lines.append(#"{"kind":"scene","name":"depot_01","rig":"van","splits":["val","all-day"]}"#)
        for index in 0..<6 { lines.append(Self.sample("a\(index)", half_s: index, x_m: 5 * index)) }
        lines.append(lines[1].replacing(#""name":"van""#, with: #""name":"van-2""#))
        lines.append(
            #"{"kind":"scene","name":"depot_02","token":"second","rig":"van-2","splits":["train"],"x-weather":"rain"}"#
        )
        lines.append(Self.sample("b0", half_s: 100, x_m: 0))
    }

    /// A sample line; the vehicle looks along x.
    static func sample(_ token: String, half_s: Int, x_m: Int) -> String {
        let t = "\(17_620_704_001 + 5 * half_s)00000000"
        return
            #"{"kind":"sample","token":"\#(token)","t":"\#(t)","worldFromEgo":{"t":[\#(x_m),-3.4,0.3],"q":[0.99875,0,0,0.05]},"#
            + #""images":{"front":{"path":"f/\#(token).jpg","t":"\#(t)"},"left":{"path":"l/\#(token).jpg"}},"#
            + #""boxes":[{"category":"vehicle.car","worldFromBox":{"t":[\#(x_m + 10),0,1],"q":[1,0,0,0]},"wlh":[1.9,4.6,1.7],"instance":"car"}]}"#
    }

    /// Exchanges text in one line, which must have it.
    mutating func edit(_ line: Int, _ old: String, _ new: String) {
        precondition(lines[line].contains(old), "line \(line) has no \(old)")
        lines[line] = lines[line].replacing(old, with: new, maxReplacements: 1)
    }

    /// The bytes of the file.
    var bytes: [UInt8] { Array((lines.joined(separator: "\n") + "\n").utf8) }

    /// Writes the manifest and opens it.
    func open(in folder: TemporaryFolder, name: String = "van.occ.jsonl") throws -> ManifestDataset {
        try folder.write(name, bytes)
        return try ManifestDataset.open(root: folder.file(name))
    }
}
