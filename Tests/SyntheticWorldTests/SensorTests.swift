import Foundation
import Testing

@testable import SyntheticWorld

/// Cameras, lidar and clocks.
@Suite struct SensorTests {
    /// A quaternion's rotation of a vector.
    private func rotate(_ q: [Double], _ v: SIMD3<Double>) -> SIMD3<Double> {
        let u = SIMD3(q[1], q[2], q[3])
        func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
            SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
        }
        return v + 2 * cross(u, cross(u, v) + q[0] * v)
    }

    @Test func quaternionsTurnCameraAxesIntoTheVehicle() {
        for seed in 0..<20 as Range<UInt64> {
            for camera in SensorRig(seed: seed, scene: 0, width: 1600, height: 900).cameras {
                let q = camera.quaternion
                let axes = camera.axes
                for (axis, expected) in [
                    (SIMD3(1.0, 0, 0), axes.right), (SIMD3(0, 1.0, 0), axes.down), (SIMD3(0, 0, 1.0), axes.forward),
                ] {
                    let difference = rotate(q, axis) - expected
                    #expect((difference * difference).sum().squareRoot() < 1e-9, "seed \(seed) \(camera.channel)")
                }
            }
        }
    }

    /// What a pixel's ray meets projects back to that pixel.
    @Test func raysAndProjectionAgree() throws {
        let ego = Pose(x: 120, y: 80, z: 0, yaw: 2.1)
        for camera in SensorRig(seed: 3, scene: 1, width: 704, height: 396).cameras {
            let view = CameraView(camera: camera, ego: ego)
            for (u, v) in [(0.0, 0.0), (703, 395), (351, 200), (10, 390)] as [(Double, Double)] {
                let point = view.origin + view.direction(Float(u), Float(v)) * 20
                let local = ego.applyInverse(SIMD3(Double(point.x), Double(point.y), Double(point.z)))
                let p = try #require(camera.project(local))
                #expect(abs(p.u - u) < 0.05 && abs(p.v - v) < 0.05, "\(camera.channel) \(u) \(v) gave \(p)")
            }
        }
    }

    /// The views are those of nuScenes and overlap all around.
    @Test func fieldsOfViewGoAllAround() {
        let cameras = SensorRig(seed: 1, scene: 0, width: 1600, height: 900).cameras
        for camera in cameras {
            let view = 2 * atan(800 / camera.focal) * 180 / .pi
            #expect(abs(view - (camera.channel == "CAM_BACK" ? 89.3 : 64.7)) < 1)
        }
        for degree in 0..<360 {
            let angle = Double(degree) * .pi / 180
            let point = SIMD3(60 * cos(angle), 60 * sin(angle), 1.0)
            let isSeen = cameras.contains { camera in
                camera.project(point).map { $0.u >= 0 && $0.u < 1600 && $0.v >= 0 && $0.v < 900 } ?? false
            }
            #expect(isSeen, "\(degree) degrees")
        }
    }

    @Test func clocksTickLikeNuScenes() {
        let clock = SceneClock(seed: 8, scene: 2)
        for sample in 0..<40 {
            let now = clock.sample(sample)
            if sample > 0 { #expect(abs(now - clock.sample(sample - 1) - 500_000) <= 2000) }
            var times = Set<Int>()
            for camera in 0..<6 {
                let fired = clock.camera(camera, sample: sample)
                #expect(fired <= now && fired > now - 50_000)
                times.insert(fired)
            }
            #expect(times.count == 6)
        }
    }

    /// Points of the sweep lie on the ground or on solids, and those counted for a thing lie in its box.
    @Test func lidarPointsLieOnThings() throws {
        let world = SceneWorld(seed: 5, scene: 1, duration: 2)
        let ego = world.ego.pose(at: 1)
        let frame = FrameWorld(world, at: 1, around: SIMD2(ego.x, ego.y))
        let sweep = LidarSweep(world: frame, ego: ego)
        #expect(sweep.points.count % 5 == 0 && sweep.points.count > 5 * 10_000)
        let lowest = stride(from: 2, to: sweep.points.count, by: 5).map { sweep.points[$0] }.min() ?? 0
        #expect(abs(Double(lowest) + SensorRig.lidarTranslation.z) < 0.01, "the road lies under the lidar")
        for (actor, count) in sweep.hits {
            let pose = try #require(world.pose(of: actor, at: 1))
            let size = world.actors[actor].size
            var inside = 0
            for i in stride(from: 0, to: sweep.points.count, by: 5) {
                // From the lidar's axes (right, ahead, up) to the ego frame.
                let local = SIMD3(
                    Double(sweep.points[i + 1]),
                    -Double(sweep.points[i]),
                    Double(sweep.points[i + 2])
                )
                let global = ego.apply(local + SensorRig.lidarTranslation)
                let p = pose.applyInverse(global)
                if abs(p.x) < Double(size.x) / 2 + 0.02, abs(p.y) < Double(size.y) / 2 + 0.02, p.z > -0.02,
                    p.z < Double(size.z) + 0.02
                {
                    inside += 1
                }
            }
            #expect(inside >= count, "\(world.actors[actor].kind)")
        }
        #expect(sweep.hits.count > 5)
    }
}
