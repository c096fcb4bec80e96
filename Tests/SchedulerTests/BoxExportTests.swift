import Evaluation
import Foundation
import Scenes
import Storage
import Testing

@testable import Scheduler

@Suite("Boxes for labelling tools")
struct BoxExportTests {
    /// A camera at the map's origin that looks along x, 1000 pixels of focal length, its centre in the middle of 1601 x 901 pixels.
    private static let camera = CameraFrame(
        channel: "CAM_FRONT",
        imagePath: "samples/CAM_FRONT/a \"1\".jpg",
        width: 1601,
        height: 901,
        timestamp_us: 0,
        intrinsics: [1000, 0, 800, 0, 1000, 450, 0, 0, 1],
        sensorToEgo: RigidTransform(translation: .zero, rotation: Quaternion(w: 0.5, x: -0.5, y: 0.5, z: -0.5)),
        egoToGlobal: .identity
    )

    private static let manifest = RunManifest(
        run: "r",
        dataset: "nuscenes",
        datasetFolder: "/d",
        datasetVersion: "v",
        split: "val",
        model: "m",
        modelDigest: "0",
        precision: "fp32",
        software: "s",
        writtenAt: "now",
        scenes: []
    )

    private func car(_ x: Double, _ y: Double, yaw_rad: Double = 0, score: Double = 0.87) throws -> DetectionBox {
        try DetectionBox(
            sampleToken: "a",
            translation: SIMD3(x, y, 0),
            size: SIMD3(2, 4, 1.5),
            rotation: Quaternion(yaw_rad: yaw_rad),
            velocity: nil,
            name: .car,
            score: score,
            attribute: nil
        )
    }

    private func labels(_ boxes: DetectionBox...) -> [CameraLabel] { CameraLabel.Camera(Self.camera).labels(boxes) }

    private func columns(_ box: DetectionBox) throws -> [String] {
        KITTILabels.text(labels(box), Self.camera).split(separator: " ").map(String.init)
    }

    @Test("A car ahead, a line of 16 columns: its rear is 18 m away, its bottom 0.75 m below the camera")
    func kitti() throws {
        #expect(
            KITTILabels.text(labels(try car(20, 0)), Self.camera)
                == "car 0.00 3 -1.5708 744.44 408.33 855.56 491.67 1.5000 2.0000 4.0000 0.0000 0.7500 20.0000 -1.5708 0.870000\n"
        )
        #expect(KITTILabels.text([], Self.camera).isEmpty && KITTILabels.name(7) == "000007")
    }

    @Test("Headings count from the camera's right, downwards, and alpha from the line of sight")
    func angles() throws {
        // To the camera's right, which is the map's -y.
        let right = try columns(car(20, 0, yaw_rad: -.pi / 2))
        #expect(right[14] == "0.0000" || right[14] == "-0.0000")
        // Towards the camera.
        #expect(try columns(car(20, 0, yaw_rad: .pi))[14] == "1.5708")
        // Away from the camera, off its axis.
        let left = try columns(car(16, 8, yaw_rad: atan2(8, 16)))
        #expect(left[14] == "-2.0344" && left[3] == "-1.5708")
        // Angles stay between -pi and pi.
        let far = try columns(car(20, -12, yaw_rad: .pi * 0.999))
        #expect(abs(try #require(Double(far[3]))) <= 3.1416)
    }

    @Test("What leaves the picture is cut and counted; what is beyond it, or behind, is not there")
    func truncation() throws {
        let cut = try #require(labels(car(20, 17)).first)
        #expect((0.3..<0.9).contains(cut.truncation(in: Self.camera)))
        let line = try columns(car(20, 17))
        #expect(line[4] == "0.00" && Double(line[6])! > 0)
        #expect(try labels(car(20, 40), car(-20, 0)).isEmpty)
        // A car that stands around the camera has its centre in the camera's plane.
        #expect(try labels(car(0, 0)).isEmpty)
        #expect(try labels(car(20, 0), car(-20, 0), car(30, 1)).map(\.box.translation.x) == [20, 30])
    }

    @Test("COCO: pixels from the picture's corner, one category a class, the same bytes again")
    func coco() throws {
        func document() throws -> [UInt8] {
            var document = COCODocument()
            var bytes = try document.head(Self.manifest)
            bytes += try document.add(labels(car(20, 0), car(20, 17)), Self.camera, scene: "s", sampleToken: "a")
            bytes += try document.add([], Self.camera, scene: "s", sampleToken: "b")
            bytes += try document.add(labels(car(30, 0)), Self.camera, scene: "s", sampleToken: "c")
            #expect(document.annotationCount == 3)
            return bytes + document.end()
        }
        #expect(try document() == document())
        let json = try JSONSerialization.jsonObject(with: Data(document()))
        let whole = try #require(json as? [String: Any])
        let boxes = try #require(whole["annotations"] as? [[String: Any]])
        #expect(boxes.map { $0["id"] as? Int } == [1, 2, 3] && boxes.map { $0["image_id"] as? Int } == [1, 1, 3])
        #expect(boxes[0]["bbox"] as? [Double] == [744.94, 408.83, 111.11, 83.33])
        #expect(boxes[0]["score"] as? Double == 0.87 && boxes[0]["category_id"] as? Int == 1)
        #expect((boxes[1]["bbox"] as? [Double])?.first == 0)
        let images = try #require(whole["images"] as? [[String: Any]])
        #expect(images.map { $0["id"] as? Int } == [1, 2, 3])
        #expect(images[0]["file_name"] as? String == "samples/CAM_FRONT/a \"1\".jpg")
        #expect(images[0]["width"] as? Int == 1601 && images[2]["sample_token"] as? String == "c")
        let categories = try #require(whole["categories"] as? [[String: Any]])
        #expect(categories.map { $0["name"] as? String } == DetectionClass.allCases.map(\.rawValue))
        #expect(categories.map { $0["id"] as? Int } == Array(1...10))
        // A run without boxes is a document all the same.
        var empty = COCODocument()
        let bytes =
            try empty.head(Self.manifest) + empty.add([], Self.camera, scene: "s", sampleToken: "a") + empty.end()
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(bytes)) }
    }

    /// The texts of the elements of a name, in their order.
    private func values(_ name: String, _ text: String) -> [String] {
        text.components(separatedBy: "<\(name)>").dropFirst().map { String($0.prefix { $0 != "<" }) }
    }

    @Test("Tracklets: a box each, in the sensor's frame at that moment, extents along x, y, z as w, h, l")
    func tracklets() throws {
        var tracklets = Tracklets()
        let ego = RigidTransform(translation: SIMD3(10, 0, 0), rotation: Quaternion(yaw_rad: .pi / 2))
        let mount = RigidTransform(translation: SIMD3(1, 0, 2), rotation: .identity)
        tracklets.add([try car(10, 5, yaw_rad: .pi / 2)], frame: 0, globalFromPlace: [ego, mount])
        tracklets.add([try car(8, 0, yaw_rad: .pi, score: 0.5)], frame: 3, globalFromPlace: [ego])
        let text = tracklets.text
        func numbers(_ name: String) -> [Double] { values(name, text).compactMap(Double.init) }
        #expect(tracklets.count == 2 && values("first_frame", text) == ["0", "3"])
        #expect(values("count", text) == ["2", "1", "1"] && values("objectType", text) == ["car", "car"])
        #expect(numbers("w") == [4, 4] && numbers("h") == [2, 2] && numbers("l") == [1.5, 1.5])
        for (name, wanted) in [("tx", [4.0, 0]), ("ty", [0, 2]), ("tz", [-2, 0]), ("rz", [0, .pi / 2])] {
            #expect(zip(numbers(name), wanted).allSatisfy { abs($0 - $1) < 1e-12 }, "\(name): \(numbers(name))")
        }
        #expect(text.contains("<name>score</name><value>0.87</value>"))
        // The classes of the archive are named once.
        #expect(text.components(separatedBy: "class_id=\"1\"").count == 2)
        let parser = XMLProbe(text)
        #expect(parser.isWellFormed && parser.elements["attribute"] == 2)
        #expect(XMLProbe(Tracklets().text).isWellFormed)
    }

    @Test("Angles about x, y and z make the same rotation again")
    func eulerAngles() {
        for step in 0..<60 {
            let angle = Double(step) * 0.37
            let rotation = Quaternion(w: cos(angle), x: sin(angle) * 0.6, y: sin(angle * 3) * 0.5, z: sin(angle * 2))
                .normalised
            let angles = Tracklets.eulerAngles(rotation)
            let turns = [
                Quaternion(w: cos(angles.x / 2), x: sin(angles.x / 2), y: 0, z: 0),
                Quaternion(w: cos(angles.y / 2), x: 0, y: sin(angles.y / 2), z: 0),
                Quaternion(yaw_rad: angles.z),
            ]
            let again = turns[0].times(turns[1]).times(turns[2])
            let product = again.w * rotation.w + again.x * rotation.x + again.y * rotation.y + again.z * rotation.z
            #expect(abs(abs(product) - rotation.squaredNorm.squareRoot()) < 1e-9, "\(step): \(angles)")
        }
    }
}

/// Whether a text is XML, and how often each element stands there, by tags that open and close in order.
private struct XMLProbe {
    private(set) var isWellFormed = true
    private(set) var elements: [String: Int] = [:]

    init(_ text: String) {
        var open: [Substring] = []
        for tag in text.components(separatedBy: "<").dropFirst() where !tag.hasPrefix("?") && !tag.hasPrefix("!") {
            let name = tag.drop { $0 == "/" }.prefix { !" >".contains($0) }
            if tag.hasPrefix("/") {
                if open.popLast() != name { isWellFormed = false }
            } else {
                open.append(name)
                elements[String(name), default: 0] += 1
            }
        }
        if !open.isEmpty { isWellFormed = false }
    }
}
