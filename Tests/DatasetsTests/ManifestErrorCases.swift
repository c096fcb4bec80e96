import Datasets

/// A wrong manifest: what is bent of `ManifestText`, by lines.
struct ManifestErrorCase: Sendable, CustomStringConvertible {
    let name: String
    let bend: @Sendable (inout ManifestText) -> Void
    var imageCheck = ImageCheck.none

    var description: String { name }

    init(_ name: String, imageCheck: ImageCheck = .none, bend: @escaping @Sendable (inout ManifestText) -> Void) {
        self.name = name
        self.imageCheck = imageCheck
        self.bend = bend
    }

    /// A text exchanged for another in one line.
    init(_ name: String, _ line: Int, _ old: String, _ new: String) {
        self.init(name) { $0.edit(line, old, new) }
    }

    private static let q = #""q":[0.5,-0.5,0.5,-0.5]"#

    static let all: [ManifestErrorCase] = form + order + rigs + mounts + samples + motion + boxes

    private static let form = [
        ManifestErrorCase("empty file") { $0.lines = [] },
        ManifestErrorCase("byte-order mark") { $0.lines[0] = "\u{FEFF}" + $0.lines[0] },
        ManifestErrorCase("list instead of lines") { $0.lines = ["[" + $0.lines.joined(separator: ",") + "]"] },
        ManifestErrorCase("line cut off") { $0.lines[4] = String($0.lines[4].dropLast(9)) },
        ManifestErrorCase("object over several lines") { $0.edit(1, ",", ",\n") },
        ManifestErrorCase("NaN", 4, "-3.4", "NaN"),
        ManifestErrorCase("number beyond range", 4, "-3.4", "1e999"),
        ManifestErrorCase("control character in a string", 4, "f/a1.jpg", "f/\u{01}.jpg"),
        ManifestErrorCase(
            "nested too deeply",
            4,
            "-3.4",
            String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        ),
        ManifestErrorCase("line too long") { $0.lines[4] += String(repeating: " ", count: 5 << 20) },
        ManifestErrorCase("no kind", 4, #""kind":"sample","#, ""),
        ManifestErrorCase("unknown kind", 4, #""kind":"sample""#, #""kind":"smaple""#),
        ManifestErrorCase("later version", 0, #""version":1"#, #""version":2,"codec":7"#),
        ManifestErrorCase("version as text", 0, #""version":1"#, #""version":"1""#),
        ManifestErrorCase("no name", 0, #","name":"vanrig""#, ""),
        ManifestErrorCase("root is absolute", 0, #""name""#, #""root":"/data/van","name""#),
        ManifestErrorCase("misspelt key", 1, #""distortion""#, #""distorsion""#),
        ManifestErrorCase("key of another format", 4, #""worldFromEgo""#, #""pose":1,"worldFromEgo""#),
        ManifestErrorCase("key twice", 4, #""token":"a1""#, #""token":"a1","token":"a1""#),
        ManifestErrorCase("null for left out", 2, #""splits":["val","all-day"]"#, #""splits":null"#),
    ]

    private static let order = [
        ManifestErrorCase("manifest line is missing") { $0.lines.remove(at: 0) },
        ManifestErrorCase("second manifest line") { $0.lines.append($0.lines[0]) },
        ManifestErrorCase("sample before its scene") { $0.lines.swapAt(2, 3) },
        ManifestErrorCase("scene without samples") { $0.lines.removeLast() },
        ManifestErrorCase("no scene at all") { $0.lines.removeSubrange(2...) },
        ManifestErrorCase("rig that is not there", 2, #""rig":"van""#, #""rig":"vann""#),
        ManifestErrorCase("rig after its scene") { $0.lines.swapAt(1, 2) },
        ManifestErrorCase("two rigs of a name", 9, #""name":"van-2""#, #""name":"van""#),
        ManifestErrorCase("two scenes of a name", 10, "depot_02", "depot_01"),
        ManifestErrorCase("two samples of a token", 11, #""token":"b0""#, #""token":"a3""#),
        ManifestErrorCase("scene's name is a path", 10, "depot_02", "depot/02"),
        ManifestErrorCase("split called all", 10, #"["train"]"#, #"["all"]"#),
    ]

    private static let rigs = [
        ManifestErrorCase("distortion is not said", 1, #""distortion":{"model":"kb4","d":[0.02,-0.004,0.001,0]},"#, ""),
        ManifestErrorCase("coefficients of none", 1, #""model":"kb4""#, #""model":"none""#),
        ManifestErrorCase("unknown model", 1, #""model":"kb4""#, #""model":"fisheye""#),
        ManifestErrorCase("too few coefficients", 1, "[0.02,-0.004,0.001,0]", "[0.02,-0.004]"),
        ManifestErrorCase("polynomial that does not begin at 0") {
            $0.edit(1, #""k":[331.0,331.2,640.0,480.5]"#, #""k":[640.0,480.5]"#)
            $0.edit(1, #""model":"kb4","d":[0.02,-0.004,0.001,0]"#, #""model":"ftheta","d":[331,0.1,-2]"#)
        },
        ManifestErrorCase("degrees for radians", 1, #""maxAngle":1.6"#, #""maxAngle":92"#),
        ManifestErrorCase("matrix for k", 1, "[331.0,331.2,640.0,480.5]", "[331.0,0,640.0,0,331.2,480.5,0,0,1]"),
        ManifestErrorCase("k in fractions of the picture", 1, "[1010.2,1009.8,959.1,541.7]", "[0.526,0.935,0.5,0.5]"),
        ManifestErrorCase("k in millimetres", 1, "[1010.2,1009.8,959.1,541.7]", "[6.1,6.1,959.1,541.7]"),
        ManifestErrorCase("height before width", 1, "[1920,1080]", "[800,1920]"),
        ManifestErrorCase("size with a fraction", 1, "[1920,1080]", "[1920.5,1080]"),
        ManifestErrorCase("unknown slot", 1, "CAM_FRONT", "CAM_FRNT"),
        ManifestErrorCase("two cameras in a slot", 1, #""left":{"#, #""left":{"slot":"CAM_FRONT","#),
        ManifestErrorCase("no cameras") { $0.lines[1] = #"{"kind":"rig","name":"van","cameras":{}}"# },
        ManifestErrorCase("readout in seconds", 1, "16000000", "0.016"),
        ManifestErrorCase("groundZ in millimetres", 1, #""groundZ":-0.33"#, #""groundZ":-330"#),
        ManifestErrorCase("mask outside the root", 1, #""maxAngle""#, #""mask":"../left.png","maxAngle""#),
        ManifestErrorCase("mask is not there", imageCheck: .present) {
            $0.edit(1, #""maxAngle""#, #""mask":"left.png","maxAngle""#)
        },
    ]

    private static let mounts = [
        ManifestErrorCase("mount in centimetres", 1, "[1.62,0.01,1.40]", "[162,1,140]"),
        ManifestErrorCase("mount in millimetres", 1, "[1.62,0.01,1.40]", "[1620,10,1400]"),
        ManifestErrorCase("camera under the road", 1, "[1.62,0.01,1.40]", "[1.62,0.01,-1.40]"),
        ManifestErrorCase("no rotation of a camera", 1, q, #""q":[1,0,0,0]"#),
        ManifestErrorCase("OpenGL's axes", 1, q, #""q":[0.5,0.5,-0.5,-0.5]"#),
        // A camera that looks left: 0.7071 -0.7071 0 0 in the order x y z w.
        ManifestErrorCase(
            "quaternion of a camera x y z w",
            1,
            "[0.7071068,-0.7071068,0,0]",
            "[-0.7071068,0,0,0.7071068]"
        ),
        ManifestErrorCase("camera from ego", 1, "[0.7071068,-0.7071068,0,0]", "[0.7071068,0.7071068,0,0]"),
        ManifestErrorCase("quaternion that is no unit", 1, q, #""q":[1,-1,1,-1]"#),
        ManifestErrorCase("angles for a quaternion", 1, q, #""q":[-90,0,-90]"#),
        ManifestErrorCase(
            "transform as a matrix",
            1,
            #"{"t":[1.62,0.01,1.40],"q":[0.5,-0.5,0.5,-0.5]}"#,
            "[[0,0,1,1.62],[-1,0,0,0.01],[0,-1,0,1.4]]"
        ),
    ]

    private static let samples = [
        ManifestErrorCase("camera that the rig has not", 4, #""left":{"path""#, #""lefft":{"path""#),
        ManifestErrorCase(
            "no pictures",
            4,
            #""images":{"front":{"path":"f/a1.jpg","t":"1762070400600000000"},"left":{"path":"l/a1.jpg"}}"#,
            #""images":{}"#
        ),
        ManifestErrorCase("absolute path", 4, "l/a1.jpg", "/data/l/a1.jpg"),
        ManifestErrorCase("path that leaves the root", 4, "l/a1.jpg", "l/../../a1.jpg"),
        ManifestErrorCase("path as a list", 4, #""l/a1.jpg""#, #"["l/a1.jpg"]"#),
        ManifestErrorCase("picture is not there", imageCheck: .present) { _ in },
        ManifestErrorCase(
            "picture in a file and in a recording",
            4,
            #""path":"l/a1.jpg""#,
            #""path":"l/a1.jpg","mcap":"a.mcap","offset":1,"size":2"#
        ),
        ManifestErrorCase("recording without a size", 4, #""path":"l/a1.jpg""#, #""mcap":"a.mcap","offset":1"#),
        ManifestErrorCase(
            "recording of no pictures",
            4,
            #""path":"l/a1.jpg""#,
            #""mcap":"a.mcap","offset":1,"size":2,"type":"cdr sensor_msgs/msg/Imu""#
        ),
        ManifestErrorCase("size of a file", 4, #""path":"l/a1.jpg""#, #""path":"l/a1.jpg","size":2"#),
        ManifestErrorCase("token is a path", 4, #""token":"a1""#, #""token":"a/1""#),
        ManifestErrorCase(
            "time in seconds with a fraction",
            4,
            #""t":"1762070400600000000","world"#,
            #""t":1762070400.6,"world"#
        ),
        ManifestErrorCase(
            "time as a date",
            4,
            #""t":"1762070400600000000","world"#,
            #""t":"2025-11-02T08:00:00","world"#
        ),
        ManifestErrorCase(
            "picture's time in microseconds",
            4,
            #""t":"1762070400600000000"},"#,
            #""t":1762070400600000},"#
        ),
        ManifestErrorCase("picture a minute late", 4, #""t":"1762070400600000000"},"#, #""t":"1762070460600000000"},"#),
        ManifestErrorCase(
            "picture's pose elsewhere",
            4,
            #""l/a1.jpg""#,
            #""l/a1.jpg","worldFromEgo":{"t":[500,-3.4,0.3],"q":[1,0,0,0]}"#
        ),
        ManifestErrorCase("boxes in some samples only") {
            $0.lines[5] = $0.lines[5].replacing(#/,"boxes":\[.*\]/#, with: "")
        },
    ]

    private static let motion = [
        ManifestErrorCase("times that fall") { $0.lines.swapAt(4, 5) },
        ManifestErrorCase("the same time twice", 5, "17620704011", "17620704006"),
        ManifestErrorCase("times in milliseconds") { text in
            for line in 3...8 {
                text.lines[line] = text.lines[line].replacing(#/"t":"(\d{13})\d{6}"/#) { "\"t\":\($0.1)" }
            }
        },
        ManifestErrorCase("times in microseconds") { text in
            for line in 3...8 {
                text.lines[line] = text.lines[line].replacing(#/"t":"(\d{16})\d{3}"/#) { "\"t\":\($0.1)" }
            }
        },
        ManifestErrorCase("times in seconds") { text in
            for line in 3...8 {
                text.lines[line] = text.lines[line].replacing(#/"t":"(\d{10})\d{9}"/#) {
                    "\"t\":\(Int($0.1)! + 2 * line)"
                }
            }
        },
        ManifestErrorCase("poses in millimetres") { text in
            for index in 0..<6 { text.edit(3 + index, "\"t\":[\(5 * index),", "\"t\":[\(5000 * index),") }
            for line in 3...8 { text.lines[line] = text.lines[line].replacing(#/,"boxes":\[.*\]/#, with: "") }
        },
        ManifestErrorCase("quaternions of poses x y z w") { text in
            for line in 3...8 { text.edit(line, "[0.99875,0,0,0.05]", "[0,0,0.05,0.99875]") }
        },
        ManifestErrorCase("a vehicle on its side", 4, "[0.99875,0,0,0.05]", "[0.7071068,0.7071068,0,0]"),
        ManifestErrorCase("a vehicle whose y is forward") { text in
            for line in 3...8 { text.edit(line, "[0.99875,0,0,0.05]", "[0.7071068,0,0,-0.7071068]") }
        },
        ManifestErrorCase("pose that is no unit", 4, "[0.99875,0,0,0.05]", "[0.99875,0,0,0.5]"),
    ]

    private static let boxes = [
        ManifestErrorCase("category of the task", 4, "vehicle.car", "car"),
        ManifestErrorCase("misspelt category", 4, "vehicle.car", "vehicle.cra"),
        ManifestErrorCase(
            "box in the ego frame",
            4,
            #""worldFromEgo":{"t":[5,-3.4,0.3]"#,
            #""worldFromEgo":{"t":[449000,4850000,0.3]"#
        ),
        ManifestErrorCase("box of no size", 4, "[1.9,4.6,1.7]", "[1.9,4.6,0]"),
        ManifestErrorCase("box in millimetres", 4, "[1.9,4.6,1.7]", "[1900,4600,1700]"),
        ManifestErrorCase("unknown attribute", 4, #""instance""#, #""attributes":["vehicle.mooving"],"instance""#),
        ManifestErrorCase("half a point", 4, #""instance""#, #""lidarPoints":0.5,"instance""#),
    ]
}
