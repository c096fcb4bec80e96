import Scenes
import Testing

@testable import Reporting

@Suite("boxes in camera pictures")
struct CameraProjectionTests {
    /// A camera at the ego frame's origin that looks forward: its x is the car's right, its y is down.
    static let frame = CameraFrame(
        channel: "CAM_FRONT",
        imagePath: "a.jpg",
        width: 160,
        height: 90,
        timestamp_us: 0,
        intrinsics: [100, 0, 80, 0, 100, 45, 0, 0, 1],
        sensorToEgo: RigidTransform(translation: .zero, rotation: Quaternion(w: 0.5, x: -0.5, y: 0.5, z: -0.5)),
        egoToGlobal: .identity
    )

    private func box(_ x: Double, _ y: Double, size: SIMD3<Double> = SIMD3(2, 4, 2), yaw: Double = 0) -> MarkedBox {
        MarkedBox(centre: SIMD3(x, y, 0), size: size, rotation: Quaternion(yaw_rad: yaw), label: 0)
    }

    private func isNear(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> Bool { ((a - b) * (a - b)).sum() < 1e-12 }

    @Test("twelve edges, four of them the front's; left is left, up is up, near is large")
    func whole() throws {
        let outline = try #require(CameraProjection(Self.frame).outline(of: box(12, 0)))
        #expect(outline.edges.count == 12 && outline.edges.count { $0.isFront } == 4)
        #expect(abs(outline.depth_m - 12) < 1e-9)
        // The front lies 14 m ahead, the rear 10 m; both reach 1 m to each side.
        let far = 100.0 / 14
        let corners = [
            SIMD2(80 - far, 45 - far), SIMD2(80 + far, 45 - far), SIMD2(80 + far, 45 + far), SIMD2(80 - far, 45 + far),
        ]
        #expect(zip(outline.front, corners).allSatisfy(isNear))
        #expect(isNear(outline.bounds.low, SIMD2(70, 35)) && isNear(outline.bounds.high, SIMD2(90, 55)))
        // Turned round, its front is the near side.
        let turned = try #require(CameraProjection(Self.frame).outline(of: box(12, 0, yaw: .pi)))
        #expect(turned.front.contains { isNear($0, SIMD2(70, 35)) })
        // What lies to the left of the car is left in the picture.
        let left = try #require(CameraProjection(Self.frame).outline(of: box(12, 3)))
        #expect(left.bounds.high.x < 80)
    }

    @Test("poses count: a car elsewhere and turned sees the same")
    func poses() throws {
        var frame = Self.frame
        frame.egoToGlobal = RigidTransform(translation: SIMD3(500, -20, 7), rotation: Quaternion(yaw_rad: 2.1))
        frame.sensorToEgo.translation = SIMD3(1.5, 0.2, 1.6)
        let placement = Placement(frame.egoToGlobal)
        var moved = box(12, 0)
        moved.centre = placement.moved(moved.centre + frame.sensorToEgo.translation)
        moved.rotation = placement.turned(moved.rotation)
        let (one, two) = (
            CameraProjection(frame).outline(of: moved), CameraProjection(Self.frame).outline(of: box(12, 0))
        )
        let (here, there) = (try #require(one), try #require(two))
        for (a, b) in zip(here.edges, there.edges) {
            #expect(((a.start - b.start) * (a.start - b.start)).sum() < 1e-9)
        }
    }

    @Test("edges end at the near plane where a corner lies behind the camera")
    func across() throws {
        // From 2 m behind the camera to 8 m before it, below to the left.
        var long = box(3, 2, size: SIMD3(1, 10, 1))
        long.centre.z = -2
        let outline = try #require(CameraProjection(Self.frame).outline(of: long))
        // Four of the rear's edges are gone, four are cut, the front is whole.
        #expect(outline.edges.count == 8 && outline.front.count == 4)
        let cut = outline.edges.filter { !$0.isFront }
        #expect(cut.count == 4)
        // The cut ends lie where the near plane is: 1.5 or 2.5 m to the left of the axis, 0.2 m ahead.
        let places: [Double] = [80 - 100 * 1.5 / 0.2, 80 - 100 * 2.5 / 0.2]
        for edge in cut {
            let end = min(edge.start.x, edge.end.x)
            #expect(places.contains { abs($0 - end) < 1e-6 })
        }
        // The other way round the front is behind the camera.
        long.rotation = Quaternion(yaw_rad: .pi)
        let turned = try #require(CameraProjection(Self.frame).outline(of: long))
        #expect(turned.front.isEmpty && turned.edges.count == 8 && turned.edges.allSatisfy { !$0.isFront })
    }

    @Test("what lies behind the camera or beside the picture is not there")
    func outside() {
        let camera = CameraProjection(Self.frame)
        #expect(camera.outline(of: box(-12, 0)) == nil)
        #expect(camera.outline(of: box(12, 40)) == nil && camera.outline(of: box(12, -40)) == nil)
        var high = box(12, 0)
        high.centre.z = 30
        #expect(camera.outline(of: high) == nil)
        #expect(camera.outline(of: box(.nan, 0)) == nil && camera.outline(of: box(.infinity, 0)) == nil)
        var frame = Self.frame
        frame.intrinsics = []
        #expect(CameraProjection(frame).outline(of: box(12, 0)) == nil)
    }
}
