import Datasets
import Evaluation
import Foundation
import Keyframes
import OccInference
import Scenes
import Testing

@testable import Worker

/// Boxes on their way from the network's frame to the map's.
@Suite("Global boxes")
struct GlobalBoxesTests {
    /// A quarter turn to the left.
    private static let turn = Quaternion(w: 0.5.squareRoot(), x: 0, y: 0, z: 0.5.squareRoot())

    private func sample(_ poses: [(String, RigidTransform)]) -> SampleFrames {
        SampleFrames(
            token: "sample",
            timestamp_us: 0,
            cameras: poses.map { channel, pose in
                CameraFrame(
                    channel: channel,
                    imagePath: "",
                    width: 1,
                    height: 1,
                    timestamp_us: 0,
                    intrinsics: [],
                    sensorToEgo: .identity,
                    egoToGlobal: pose
                )
            }
        )
    }

    private func box(label: Int = 0, velocity: SIMD2<Float> = SIMD2(3, 0)) -> DetectedBox {
        DetectedBox(
            x: 10,
            y: 2,
            z: -1,
            size: SIMD3(4, 2, 1.5),
            yaw: 0,
            velocity: velocity,
            score: 0.5,
            label: label
        )
    }

    @Test("The front camera's pose places them; centre, width before length, heading and velocity turn with it")
    func placement() throws {
        let pose = RigidTransform(translation: SIMD3(100, 200, 1), rotation: Self.turn)
        let sample = sample([("CAM_FRONT_LEFT", .identity), ("CAM_FRONT", pose)])
        let found = try GlobalBoxes(classNames: ["car"]).boxes([box()], of: sample)
        let box = try #require(found.first)
        let distance = box.translation - SIMD3(98, 210, 0.75)
        #expect((distance * distance).sum() < 1e-20)
        #expect(box.size == SIMD3(2, 4, 1.5))
        #expect(abs(box.rotation.yaw_rad - .pi / 2) < 1e-12)
        let velocity = try #require(box.velocity)
        #expect(abs(velocity.x) < 1e-12 && abs(velocity.y - 3) < 1e-12)
        #expect(box.name == .car && box.score == 0.5 && box.attribute == .vehicleMoving && box.sampleToken == "sample")
    }

    @Test("A tilted, not quite normalised pose gives the same heading by its matrix and by its quaternion")
    func tilt() throws {
        let rotation = Quaternion(w: 0.9, x: 0.02, y: -0.03, z: 0.4)
        let pose = RigidTransform(translation: .zero, rotation: rotation)
        let sample = sample([("CAM_FRONT", pose)])
        var along = box()
        along.velocity = SIMD2(1, 0)
        let found = try GlobalBoxes(classNames: ["car"]).boxes([along], of: sample)[0]
        let velocity = try #require(found.velocity)
        // Heading 0 and velocity along x: both must point the same way on the map.
        #expect(abs(sin(found.rotation.yaw_rad) * velocity.x - cos(found.rotation.yaw_rad) * velocity.y) < 1e-12)
        let r = found.rotation
        #expect(abs(r.w * r.w + r.x * r.x + r.y * r.y + r.z * r.z - 1) < 1e-12)
    }

    @Test("Labels are BEVDet's order, and attributes follow class and speed")
    func classesAndAttributes() throws {
        let names = DetectionConfiguration.nuScenes.classNames
        let boxes = names.indices.flatMap {
            [box(label: $0, velocity: SIMD2(0.3, 0)), box(label: $0, velocity: SIMD2(0, 0.1))]
        }
        let found = try GlobalBoxes(classNames: names).boxes(boxes, of: sample([("CAM_FRONT", .identity)]))
        let rows = found.map { "\($0.name.rawValue) \($0.attribute?.rawValue ?? "-")" }
        #expect(
            rows == [
                "car vehicle.moving", "car vehicle.parked", "truck vehicle.moving", "truck vehicle.parked",
                "construction_vehicle vehicle.moving", "construction_vehicle vehicle.parked", "bus vehicle.moving",
                "bus vehicle.stopped", "trailer vehicle.moving", "trailer vehicle.parked", "barrier -", "barrier -",
                "motorcycle cycle.with_rider", "motorcycle cycle.without_rider", "bicycle cycle.with_rider",
                "bicycle cycle.without_rider", "pedestrian pedestrian.moving", "pedestrian pedestrian.standing",
                "traffic_cone -", "traffic_cone -",
            ]
        )
    }

    @Test("What cannot be placed is refused or left out")
    func refusals() throws {
        let boxes = try GlobalBoxes(classNames: ["car"])
        var endless = box()
        endless.size.x = .infinity
        var flat = box()
        flat.size.y = 0
        #expect(try boxes.boxes([endless, flat, box()], of: sample([("CAM_FRONT", .identity)])).count == 1)
        #expect(throws: ScenePredictionError.self) { try boxes.boxes([box()], of: sample([])) }
        // A rig without nuScenes' front camera has the pose of its first picture.
        let other = try boxes.boxes([box()], of: sample([("CAM_BACK", .identity)]))
        #expect(try other == boxes.boxes([box()], of: sample([("CAM_FRONT", .identity)])))
        #expect(throws: ScenePredictionError.self) { try GlobalBoxes(classNames: ["tram"]) }
    }
}
