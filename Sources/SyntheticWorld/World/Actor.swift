/// Something annotated: its solids in its own frame, its box and how it moves.
struct Actor: Sendable {
    /// How an actor moves in road coordinates.
    enum Motion: Sendable {
        /// Never.
        case still(Pose)
        /// Along the road at a constant offset; `direction` is +1 with rising arc length, -1 against it.
        case along(s: Double, t: Double, direction: Double, SpeedProfile)
        /// Straight across the road at one arc length; `direction` is +1 to the left, -1 to the right.
        case across(s: Double, t: Double, direction: Double, SpeedProfile)
    }

    var kind: ActorKind
    /// Length (x), width (y) and height (z) of the box, which stands on the ground and is centred in x and y.
    var size: Vector
    var solids: [Primitive]
    var motion: Motion
    /// A two-wheeler's rider.
    var hasRider = false
    /// A vehicle that waits (as against one that is parked).
    var isWaiting = false

    /// Where it stands at a time; nil where it is out of the world.
    func pose(at time: Double, on curve: RoadCurve) -> Pose? {
        switch motion {
        case .still(let pose): return pose
        case .along(let s, let t, let direction, let profile):
            let now = s + direction * profile.distance(at: time)
            guard now > curve.start + 6, now < curve.end - 6 else { return nil }
            return curve.pose(s: now, t: t, turn: direction > 0 ? 0 : .pi)
        case .across(let s, let t, let direction, let profile):
            let now = t + direction * profile.distance(at: time)
            guard abs(now) < Double(StreetPlan.sideStreetReach) - 4 else { return nil }
            return curve.pose(s: s, t: now, turn: direction > 0 ? .pi / 2 : -.pi / 2)
        }
    }

    /// Metres a second along its heading.
    func speed(at time: Double) -> Double {
        switch motion {
        case .still: 0
        case .along(_, _, _, let profile), .across(_, _, _, let profile): profile.speed(at: time)
        }
    }

    /// The nuScenes attribute of the moment; nil for kinds that have none.
    func attribute(at time: Double) -> String? {
        let moves = speed(at: time) > 0.2
        switch kind {
        case .car, .truck, .bus, .trailer, .constructionVehicle:
            return moves ? "vehicle.moving" : (isWaiting ? "vehicle.stopped" : "vehicle.parked")
        case .motorcycle, .bicycle: return hasRider ? "cycle.with_rider" : "cycle.without_rider"
        case .pedestrian, .constructionWorker: return moves ? "pedestrian.moving" : "pedestrian.standing"
        case .trafficCone, .barrier, .bin: return nil
        }
    }
}
