import Testing

@testable import SyntheticWorld

/// Rays against solids, alone and through the tree.
@Suite struct GeometryTests {
    static func randomSolid(_ random: inout RandomStream, spread: Float) -> Primitive {
        let kinds: [Primitive.Kind] = [.box, .frustum, .ellipsoid, .cone, .wheel]
        let kind = random.pick(kinds)
        let half = Vector(random.uniform(0.1, 2), random.uniform(0.1, 2), random.uniform(0.1, 2))
        var taper = Vector.zero
        if kind == .frustum {
            taper = Vector(random.uniform(0.05, 2), random.uniform(0.05, 2), random.uniform(-0.5, 0.5))
        }
        if kind == .cone { taper.x = random.uniform(0.05, 2) }
        return Primitive(
            kind,
            center: Vector(
                random.uniform(-spread, spread),
                random.uniform(-spread, spread),
                random.uniform(-spread, spread)
            ),
            half: half,
            taper: taper,
            yaw: random.uniform(0, 6),
            surface: 0,
            label: 4
        )
    }

    static func randomDirection(_ random: inout RandomStream) -> Vector {
        normalized(Vector(random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)))
    }

    /// A ray that meets a solid passes from outside to inside there; one that misses never is inside.
    @Test(arguments: [11, 12, 13] as [UInt64]) func raysEnterWhereSolidsBegin(seed: UInt64) {
        var random = RandomStream(seed: seed)
        var met = 0
        for _ in 0..<4000 {
            let solid = Self.randomSolid(&random, spread: 3)
            let origin = Self.randomDirection(&random) * 12
            let target = Vector(random.uniform(-3, 3), random.uniform(-3, 3), random.uniform(-3, 3))
            let direction = normalized(target - origin)
            if let hit = solid.intersect(origin: origin, direction: direction, limit: 100) {
                met += 1
                let before = solid.contains(origin + direction * (hit.distance - 0.002))
                let normal = solid.toOuter(hit.normal)
                #expect(!before, "seed \(seed), \(solid.kind)")
                #expect(dot(normal, direction) < 1e-3, "seed \(seed), \(solid.kind)")
                #expect(abs(length(normal) - 1) < 1e-3)
            } else {
                for step in 0..<120 {
                    // A graze within rounding may go either way: probe a slightly smaller solid.
                    var inner = solid
                    inner.half *= 0.998
                    inner.taper.x *= 0.998
                    inner.taper.y *= 0.998
                    #expect(
                        !inner.contains(origin + direction * (Float(step) * 0.2)),
                        "seed \(seed), \(solid.kind)"
                    )
                }
            }
        }
        #expect(met > 300)
    }

    /// Solids lie within the boxes that the tree uses.
    @Test func boundsHoldTheirSolids() {
        var random = RandomStream(seed: 21)
        for _ in 0..<500 {
            let solid = Self.randomSolid(&random, spread: 1)
            let outer = solid.outerHalf
            for _ in 0..<200 {
                let point = Vector(random.uniform(-5, 5), random.uniform(-5, 5), random.uniform(-5, 5))
                guard solid.contains(point) else { continue }
                let d = point - solid.center
                #expect(abs(d.x) <= outer.x + 1e-4 && abs(d.y) <= outer.y + 1e-4 && abs(d.z) <= outer.z + 1e-4)
            }
        }
    }

    /// The tree finds what trying every solid finds.
    @Test(arguments: [1, 2, 5, 300] as [Int]) func treeAgreesWithTryingAll(count: Int) throws {
        var random = RandomStream(seed: UInt64(100 + count))
        let solids = (0..<count).map { _ in Self.randomSolid(&random, spread: 20) }
        let tree = BoundingVolumeHierarchy(solids)
        let frame = FrameWorld(tree: tree, like: SceneWorld(seed: 1, scene: 0, duration: 0.5))
        let stack = RayStack()
        defer { stack.free() }
        var met = 0
        for _ in 0..<3000 {
            let origin = Self.randomDirection(&random) * 40
            let target = solids[random.below(count)].center + Self.randomDirection(&random) * random.uniform(0, 3)
            let direction = normalized(target - origin)
            var best = Float(200)
            for solid in solids {
                if let hit = solid.intersect(origin: origin, direction: direction, limit: best) { best = hit.distance }
            }
            let hit = frame.nearest(origin, direction, limit: 200, guess: -1, stack: stack)
            #expect(hit.distance == best)
            #expect((hit.solid >= 0) == (best < 200))
            var cache: Int32 = -1
            #expect(
                frame.isBlocked(origin, direction, limit: 200, cache: &cache, stack: stack) == (best < 200)
            )
            if best < 200 { met += 1 }
        }
        #expect(met > 500)
    }

    @Test func emptyTreeMeetsNothing() {
        let frame = FrameWorld(
            tree: BoundingVolumeHierarchy([]),
            like: SceneWorld(seed: 1, scene: 0, duration: 0.5)
        )
        let stack = RayStack()
        defer { stack.free() }
        let hit = frame.nearest(Vector(0, 0, 1), Vector(1, 0, 0), limit: 50, guess: -1, stack: stack)
        #expect(hit.solid == -1)
    }
}
