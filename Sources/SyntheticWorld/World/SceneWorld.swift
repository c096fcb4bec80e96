internal import Foundation

/// One scene's world: a street with everything on it, the light and the drive through it.
///
/// All of it follows from the seed and the scene's index.
struct SceneWorld: Sendable {
    let curve: RoadCurve
    let grid: RoadGrid
    let plan: StreetPlan
    let ego: EgoMotion
    let lighting: Lighting
    let actors: [Actor]
    /// What never moves, in the global frame.
    let scenery: [Primitive]
    let surfaces: [Surface]

    /// Metres of street before the start and after the end of the drive.
    static let before = 120.0
    static let after = 130.0

    /// Builds the world of a scene that lasts `duration` seconds.
    init(seed: UInt64, scene: Int, duration: Double) {
        let index = UInt64(scene)
        var layout = RandomStream(seed: seed, index, 1)
        let profile = SpeedProfile(
            mean: layout.uniform(4.5, 8.5),
            swing: layout.uniform(0.25, 0.6),
            rate: 2 * .pi / layout.uniform(11.0, 19.0),
            phase: layout.uniform(0.0, 2 * Double.pi)
        )
        let driven = profile.distance(at: max(duration, 0)) + 2
        var curve = RoadCurve(
            start: -Self.before,
            end: driven + Self.after,
            baseHeading: layout.uniform(0.0, 2 * Double.pi),
            random: &layout
        )
        // The map's origin is the corner of the grid, so that all coordinates are positive as in nuScenes.
        let bounds = curve.bounds
        curve.translate(x: RoadGrid.margin + 5 - bounds.lowX, y: RoadGrid.margin + 5 - bounds.lowY)
        let plan = StreetPlan(roadEnd: driven + Self.after - 15, random: &layout)
        let egoLane = layout.below(plan.lanes)
        ego = EgoMotion(
            curve: curve,
            lane: -Double(plan.laneMiddle(egoLane)),
            profile: profile,
            weave: (layout.uniform(0.05, 0.25), layout.uniform(45.0, 80.0))
        )
        lighting = Lighting(random: &layout)

        var table = SurfaceTable()
        let common = CommonSurfaces(&table)
        var scenery = StreetScenery(
            curve: curve,
            plan: plan,
            table: table,
            common: common,
            random: RandomStream(seed: seed, index, 2)
        )
        scenery.build()
        var traffic = StreetTraffic(
            curve: curve,
            plan: plan,
            ego: ego,
            egoLane: egoLane,
            duration: duration,
            table: scenery.table,
            common: common,
            random: RandomStream(seed: seed, index, 3)
        )
        traffic.build()

        self.curve = curve
        self.plan = plan
        grid = RoadGrid(curve)
        actors = traffic.actors
        let surfaces = traffic.table.surfaces
        self.surfaces = surfaces
        // Round leaves are clumps, which rays can pass.
        self.scenery = scenery.solids.map { solid in
            guard solid.kind == .ellipsoid, surfaces[Int(solid.surface)].pattern == .foliage else { return solid }
            var clump = solid
            clump.kind = .clump
            return clump
        }
    }

    /// Height of the ground at a global point, metres above the road.
    func groundHeight(x: Double, y: Double) -> Double {
        let c = grid.coordinates(Float(x), Float(y))
        return plan.ground(s: c.x, t: c.y).kind.isRaised ? Double(StreetPlan.kerbHeight) : 0
    }

    /// Where an actor stands at a time, on the ground; nil where it is out of the world.
    func pose(of actor: Int, at time: Double) -> Pose? {
        guard var pose = actors[actor].pose(at: time, on: curve) else { return nil }
        pose.z = groundHeight(x: pose.x, y: pose.y)
        return pose
    }

    /// All solids within `reach` metres of a point at a time, in the global frame.
    func solids(at time: Double, around center: SIMD2<Double>, reach: Double) -> [Primitive] {
        let middle = SIMD2(Float(center.x), Float(center.y))
        let limit = Float(reach)
        var solids = scenery.filter { solid in
            let dx = solid.center.x - middle.x
            let dy = solid.center.y - middle.y
            return dx * dx + dy * dy < limit * limit
        }
        for index in actors.indices {
            guard let pose = pose(of: index, at: time) else { continue }
            let dx = Float(pose.x) - middle.x
            let dy = Float(pose.y) - middle.y
            guard dx * dx + dy * dy < limit * limit else { continue }
            solids += placed(actor: index, pose: pose)
        }
        return solids
    }

    /// An actor's solids at a pose, in the global frame.
    func placed(actor: Int, pose: Pose) -> [Primitive] {
        let c = Float(cos(pose.yaw))
        let s = Float(sin(pose.yaw))
        return actors[actor].solids.map {
            $0.placed(x: Float(pose.x), y: Float(pose.y), z: Float(pose.z), cosine: c, sine: s)
        }
    }
}
