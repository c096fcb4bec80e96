import Foundation
import Scenes
import Testing

@testable import SyntheticWorld

/// Voxel labels and masks.
@Suite struct LabelTests {
    private struct Case {
        let world: SceneWorld
        let plan: ScenePlan
        let ego: Pose
        let time: Double
        let labels: SampleLabels
        let cameras: [(camera: PinholeCamera, ego: Pose)]
    }

    private static let cases: [Case] = (0..<2).map { scene in
        let options = SyntheticOptions(scenes: 2, samplesPerScene: 2, seed: 5, imageWidth: 320, imageHeight: 180)
        let plan = ScenePlan(index: scene, options: options)
        let time = plan.clock.seconds(plan.clock.sample(1))
        let ego = plan.world.ego.pose(at: time)
        let solids = plan.world.solids(at: time, around: SIMD2(ego.x, ego.y), reach: 100)
        return Case(
            world: plan.world,
            plan: plan,
            ego: ego,
            time: time,
            labels: SampleLabels(world: plan.world, solids: solids, ego: ego, cameras: plan.cameras(1)),
            cameras: plan.judges(1)
        )
    }

    /// Voxels in the heart of a vehicle's box are the vehicle's.
    @Test func boxesHoldTheirLabels() throws {
        var checked = 0
        for c in Self.cases {
            for (index, actor) in c.world.actors.enumerated() where [.car, .bus, .truck].contains(actor.kind) {
                guard let pose = c.world.pose(of: index, at: c.time) else { continue }
                let center = c.ego.applyInverse(SIMD3(pose.x, pose.y, pose.z + Double(actor.size.z) * 0.3))
                guard abs(center.x) < 38, abs(center.y) < 38 else { continue }
                for ahead in [-0.25, 0, 0.25] {
                    let height = actor.kind == .car ? 0.55 : 1.3
                    let global = pose.apply(SIMD3(Double(actor.size.x) * ahead, 0, height))
                    let p = c.ego.applyInverse(global)
                    let q = (p - SIMD3(-40, -40, -1)) / 0.4
                    guard q.x >= 0, q.y >= 0, q.x < 200, q.y < 200, actor.kind != .truck || ahead < 0 else { continue }
                    let label = c.labels.semantics[VoxelGrid.index(Int(q.x), Int(q.y), Int(q.z))]
                    #expect(label == actor.kind.label.rawValue, "\(actor.kind) at \(p)")
                    checked += 1
                }
            }
        }
        #expect(checked > 20)
    }

    /// Every voxel of an annotated class touches a box of that class.
    @Test func labelsLieInBoxes() {
        for c in Self.cases {
            var boxes: [UInt8: [(Pose, Vector)]] = [:]
            for (index, actor) in c.world.actors.enumerated() {
                guard let pose = c.world.pose(of: index, at: c.time) else { continue }
                boxes[actor.kind.label.rawValue, default: []].append((pose, actor.size))
            }
            // Half the diagonal of a voxel, and the 2 cm that windows may stand out.
            let slack = 0.36 + 0.02
            var outside = 0
            var total = 0
            for x in 0..<200 {
                for y in 0..<200 {
                    for z in 0..<16 {
                        let label = c.labels.semantics[VoxelGrid.index(x, y, z)]
                        guard label <= 10 else { continue }
                        total += 1
                        let v = VoxelGrid.center(x, y, z)
                        let global = c.ego.apply(SIMD3(Double(v.x), Double(v.y), Double(v.z)))
                        let isHeld = (boxes[label] ?? []).contains { pose, size in
                            let p = pose.applyInverse(global)
                            return abs(p.x) < Double(size.x) / 2 + slack && abs(p.y) < Double(size.y) / 2 + slack
                                && p.z > -slack && p.z < Double(size.z) + slack
                        }
                        if !isHeld { outside += 1 }
                    }
                }
            }
            #expect(outside == 0)
            #expect(total > 300)
        }
    }

    /// Ground classes lie in one layer; the road is under the ego vehicle; all kinds of voxels occur.
    @Test func groundIsOneLayer() {
        for c in Self.cases {
            var counts = [Int](repeating: 0, count: 18)
            for x in 0..<200 {
                for y in 0..<200 {
                    for z in 0..<16 {
                        let label = Int(c.labels.semantics[VoxelGrid.index(x, y, z)])
                        counts[label] += 1
                        if (11...14).contains(label) { #expect(z == Voxelizer.groundLayer) }
                        if z == Voxelizer.groundLayer { #expect(label != 17) }
                        if z < Voxelizer.groundLayer, label != 17 { #expect(label == 15 || label <= 10 || label == 16) }
                    }
                }
            }
            #expect(c.labels.semantics[VoxelGrid.index(100, 100, Voxelizer.groundLayer)] == 11)
            for label in [4, 11, 13, 14, 15, 16, 17] { #expect(counts[label] > 20, "class \(label)") }
        }
    }

    /// Masks hold nothing that a straight line to the sensor cannot reach: every marked voxel has a marked free neighbour
    /// towards the sensor, or holds the sensor.
    @Test func masksAreWhatRaysReach() {
        for c in Self.cases {
            let free = OccupancyClass.free.rawValue
            for mask in [c.labels.maskCamera, c.labels.maskLidar] {
                var seen = 0
                for x in 1..<199 {
                    for y in 1..<199 {
                        for z in 1..<15 {
                            let index = VoxelGrid.index(x, y, z)
                            guard mask[index] == 1, c.labels.semantics[index] != free else { continue }
                            seen += 1
                            let neighbours = [
                                VoxelGrid.index(x - 1, y, z), VoxelGrid.index(x + 1, y, z),
                                VoxelGrid.index(x, y - 1, z),
                                VoxelGrid.index(x, y + 1, z), VoxelGrid.index(x, y, z - 1),
                                VoxelGrid.index(x, y, z + 1),
                            ]
                            #expect(
                                neighbours.contains { mask[$0] == 1 && c.labels.semantics[$0] == free },
                                "voxel \(x) \(y) \(z)"
                            )
                        }
                    }
                }
                #expect(seen > 1000)
                #expect(mask.allSatisfy { $0 <= 1 })
            }
        }
    }

    /// Built-in cameras and given ones mark all but slivers of what a ray a pixel reaches, and next to nothing else.
    @Test func camerasSeeWhatTheirPixelsSee() throws {
        let (focal, width, height) = (1260.0, 1600, 900)
        let place = SIMD3(1.7, 0.0, 1.5)
        let builtIn = PinholeCamera(
            channel: "front",
            translation: place,
            yaw: 0,
            pitch: 0,
            roll: 0,
            focal: focal,
            principalX: 799.5,
            principalY: 449.5,
            width: width,
            height: height
        )
        let frame = CameraFrame(
            channel: "front",
            imagePath: "",
            width: width,
            height: height,
            timestamp_us: 0,
            intrinsics: [focal, 0, 799.5, 0, focal, 449.5, 0, 0, 1],
            sensorToEgo: RigidTransform(translation: place, rotation: Quaternion(w: 0.5, x: -0.5, y: 0.5, z: -0.5)),
            egoToGlobal: .identity
        )
        let given = try #require(SceneCamera(frame))
        let pixels = (0..<width * height).map { (pixel: Int) -> Vector in
            Vector(1, Float((799.5 - Double(pixel % width)) / focal), Float((449.5 - Double(pixel / width)) / focal))
        }
        for c in Self.cases {
            var all = RayMask()
            all.cast(labels: c.labels.semantics, origin: Vector(place), directions: pixels)
            let seen = all.mask.count { $0 == 1 }
            #expect(seen > 10_000)
            for camera in [SceneCamera.pinhole(builtIn), given] {
                var mask = RayMask()
                camera.look(at: c.labels.semantics, ego: c.ego, reference: c.ego, into: &mask)
                let missed = zip(mask.mask, all.mask).count { $0 < $1 }
                let more = zip(mask.mask, all.mask).count { $0 > $1 }
                #expect(missed * 25 < seen && more * 100 < seen, "\(missed) missed, \(more) more of \(seen)")
            }
        }
    }

    /// A wall hides what is behind it and shows its face.
    @Test func wallsHide() {
        var labels = [UInt8](repeating: OccupancyClass.free.rawValue, count: VoxelGrid.count)
        for y in 0..<200 {
            for z in 0..<16 { labels[VoxelGrid.index(150, y, z)] = OccupancyClass.manmade.rawValue }
        }
        var mask = RayMask()
        var directions: [Vector] = []
        var random = RandomStream(seed: 4)
        for _ in 0..<20_000 { directions.append(GeometryTests.randomDirection(&random)) }
        mask.cast(labels: labels, origin: Vector(0.1, 0.1, 1.5), directions: directions)
        for y in 0..<200 {
            for z in 0..<16 {
                for x in 151..<200 { #expect(mask.mask[VoxelGrid.index(x, y, z)] == 0) }
            }
        }
        // The origin lies in voxel (100, 100, 6); voxels close by cannot be missed by that many rays.
        for x in 95...105 { #expect(mask.mask[VoxelGrid.index(x, 100, 6)] == 1) }
        var face = 0
        for y in 0..<200 {
            for z in 0..<16 { face += Int(mask.mask[VoxelGrid.index(150, y, z)]) }
        }
        #expect(face > 100)
    }

    /// The traversal visits exactly the voxels that fine steps along the ray visit.
    @Test(arguments: [31, 32] as [UInt64]) func traversalVisitsWhatStepsVisit(seed: UInt64) {
        var random = RandomStream(seed: seed)
        let labels = [UInt8](repeating: OccupancyClass.free.rawValue, count: VoxelGrid.count)
        for _ in 0..<40 {
            let origin = Vector(random.uniform(-39, 39), random.uniform(-39, 39), random.uniform(-0.9, 5))
            let direction = GeometryTests.randomDirection(&random)
            var mask = RayMask()
            mask.cast(labels: labels, origin: origin, directions: [direction])
            var visited = Set<Int>()
            for step in 0..<60_000 {
                let p = (origin + direction * (Float(step) * 0.002) - VoxelGrid.low) / VoxelGrid.size_m
                guard p.x >= 0, p.y >= 0, p.z >= 0, p.x < 200, p.y < 200, p.z < 16 else { break }
                visited.insert(VoxelGrid.index(Int(p.x), Int(p.y), Int(p.z)))
            }
            let marked = Set(mask.mask.indices.filter { mask.mask[$0] == 1 })
            #expect(visited.subtracting(marked).count <= 1, "seed \(seed)")
            // Corners cut by less than a step are marked but not stepped on.
            #expect(marked.subtracting(visited).count <= marked.count / 20 + 2, "seed \(seed)")
        }
    }

    /// What the picture shows at a pixel is what the labels say there: rays of pixels end in voxels of the same thing.
    @Test func picturesAndLabelsAgree() {
        for c in Self.cases {
            let frame = FrameWorld(c.world, at: c.time, around: SIMD2(c.ego.x, c.ego.y))
            let stack = RayStack()
            defer { stack.free() }
            var met = 0
            var wrong = 0
            for (camera, _) in c.cameras {
                let view = CameraView(camera: camera, ego: c.ego)
                for v in stride(from: Float(0), to: 180, by: 6) {
                    for u in stride(from: Float(0), to: 320, by: 6) {
                        let direction = view.direction(u, v)
                        let hit = frame.nearest(view.origin, direction, limit: 60, guess: -1, stack: stack)
                        guard hit.solid >= 0 else { continue }
                        let solid = frame.tree.primitives[Int(hit.solid)]
                        let global = view.origin + direction * (hit.distance + 0.12)
                        let p = c.ego.applyInverse(SIMD3(Double(global.x), Double(global.y), Double(global.z)))
                        let q = (p - SIMD3(-40, -40, -1)) / 0.4
                        guard solid.actor >= 0, q.x >= 0, q.y >= 0, q.z >= 0, q.x < 200, q.y < 200, q.z < 16 else {
                            continue
                        }
                        guard solid.contains(global) else { continue }
                        met += 1
                        let label = c.labels.semantics[VoxelGrid.index(Int(q.x), Int(q.y), Int(q.z))]
                        if label > 10 { wrong += 1 }
                    }
                }
            }
            #expect(met > 50)
            // Parts that reach less than 5 cm into a voxel may hold none of its probes.
            #expect(wrong * 20 <= met, "\(wrong) of \(met)")
        }
    }
}
