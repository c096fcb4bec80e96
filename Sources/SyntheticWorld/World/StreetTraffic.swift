internal import Foundation

/// Places vehicles, people and road works on a street, so that nothing ever drives through anything.
///
/// Vehicles of one lane share one speed profile; side-street traffic stays off the main road.
struct StreetTraffic {
    let curve: RoadCurve
    let plan: StreetPlan
    let ego: EgoMotion
    let egoLane: Int
    let duration: Double
    var table: SurfaceTable
    let common: CommonSurfaces
    var random: RandomStream
    private(set) var actors: [Actor] = []
    /// The stretch of parking lane that road works take.
    private var works: ClosedRange<Float> = 0...0
    private var worksLeft = false

    init(
        curve: RoadCurve,
        plan: StreetPlan,
        ego: EgoMotion,
        egoLane: Int,
        duration: Double,
        table: SurfaceTable,
        common: CommonSurfaces,
        random: RandomStream
    ) {
        self.curve = curve
        self.plan = plan
        self.ego = ego
        self.egoLane = egoLane
        self.duration = duration
        self.table = table
        self.common = common
        self.random = random
    }

    /// Builds all traffic.
    mutating func build() {
        planWorks()
        lanes()
        for left in [false, true] {
            if left ? plan.parksLeft : plan.parksRight { parked(left: left) }
            people(left: left)
            sidewalkThings(left: left)
        }
        sideStreets()
    }

    // MARK: - Shapes

    /// Builds a thing of a kind and adds it.
    private mutating func add(
        _ kind: ActorKind,
        _ motion: Actor.Motion,
        rider: Bool = false,
        waiting: Bool = false
    ) {
        let index = Int32(actors.count)
        let made = make(kind, index: index, rider: rider, moving: isMoving(motion))
        actors.append(
            Actor(
                kind: kind,
                size: made.1,
                solids: made.0,
                motion: motion,
                hasRider: rider,
                isWaiting: waiting
            )
        )
    }

    private func isMoving(_ motion: Actor.Motion) -> Bool {
        if case .still = motion { return false }
        return true
    }

    private mutating func make(
        _ kind: ActorKind,
        index: Int32,
        rider: Bool,
        moving: Bool
    ) -> ([Primitive], Vector) {
        switch kind {
        case .car: return CarShapes.make(actor: index, table: &table, common: common, random: &random)
        case .truck: return HeavyShapes.truck(actor: index, table: &table, common: common, random: &random)
        case .bus: return HeavyShapes.bus(actor: index, table: &table, common: common, random: &random)
        case .trailer: return HeavyShapes.trailer(actor: index, table: &table, common: common, random: &random)
        case .constructionVehicle:
            return HeavyShapes.excavator(actor: index, table: &table, common: common, random: &random)
        case .motorcycle, .bicycle:
            return SmallShapes.cycle(
                actor: index,
                motor: kind == .motorcycle,
                rider: rider,
                table: &table,
                common: common,
                random: &random
            )
        case .pedestrian, .constructionWorker:
            return SmallShapes.person(
                actor: index,
                worker: kind == .constructionWorker,
                step: moving ? random.uniform(-1, 1) : 0.15,
                table: &table,
                common: common,
                random: &random
            )
        case .trafficCone: return SmallShapes.cone(actor: index, table: &table)
        case .barrier: return SmallShapes.barrier(actor: index, red: random.chance(0.5), table: &table)
        case .bin: return SmallShapes.bin(actor: index, table: &table, random: &random)
        }
    }

    /// Kinds in a shuffled order, so that rare ones occur in every scene.
    private mutating func deck(_ kinds: [ActorKind]) -> [ActorKind] {
        var cards = kinds
        for i in stride(from: cards.count - 1, to: 0, by: -1) { cards.swapAt(i, random.below(i + 1)) }
        return cards
    }

    // MARK: - Moving traffic

    private mutating func lanes() {
        for left in [false, true] {
            for lane in 0..<plan.lanes {
                let isEgo = !left && lane == egoLane
                let profile =
                    isEgo
                    ? ego.profile
                    : SpeedProfile(
                        mean: random.uniform(4.5, 9.5),
                        swing: random.uniform(0.05, 0.3),
                        rate: 2 * .pi / random.uniform(9.0, 18.0),
                        phase: random.uniform(0.0, 2 * Double.pi)
                    )
                convoy(left: left, lane: lane, isEgo: isEgo, profile: profile)
            }
        }
    }

    private mutating func convoy(left: Bool, lane: Int, isEgo: Bool, profile: SpeedProfile) {
        let t = Double(plan.laneMiddle(lane)) * (left ? 1 : -1)
        let direction: Double = left ? -1 : 1
        let travel = profile.distance(at: duration)
        var cards = deck([.car, .car, .car, .car, .truck, .bus, .motorcycle, .car, .trailer, .bicycle])
        if isEgo { cards.removeAll { $0 == .bicycle } }
        // From behind to ahead in the lane's own direction; those off the road's ends are absent until they enter it.
        var s = curve.start - (left ? 0 : travel)
        let last = curve.end + (left ? travel : 0)
        var next = 0
        while s < last {
            let kind = cards[next % cards.count]
            next += 1
            let room: Double = kind == .bus || kind == .truck ? 9 : (kind == .trailer ? 19 : 5)
            let middle = s + room / 2
            // Keep the ego vehicle's own place free: 9 m behind its rear axle to 13 m ahead of it.
            if !(isEgo && middle + room / 2 > -9 && middle - room / 2 < 13) {
                let rider = kind == .motorcycle || kind == .bicycle
                if kind == .trailer {
                    // A truck with its trailer; the trailer follows.
                    add(.truck, .along(s: middle + direction * 5.6, t: t, direction: direction, profile))
                    add(.trailer, .along(s: middle - direction * 5.2, t: t, direction: direction, profile))
                } else {
                    add(kind, .along(s: middle, t: t, direction: direction, profile), rider: rider)
                }
            }
            s += room + random.uniform(7.0, 30.0)
        }
    }

    /// Vehicles that wait at side streets' stop lines, and some that drive away from the main road.
    private mutating func sideStreets() {
        for junction in plan.junctions {
            for left in [false, true] {
                let side: Double = left ? 1 : -1
                let kerb = Double(plan.roadHalf(left: left) + StreetPlan.cornerRadius)
                if random.chance(0.65) {
                    let kind: ActorKind = random.chance(0.8) ? .car : .truck
                    let t = side * (kerb + 5.2 + (kind == .truck ? 5 : 2.6))
                    // Right-hand traffic: the right of "towards the road".
                    let s = Double(junction.x) - side * 1.75
                    let pose = curve.pose(s: s, t: t, turn: left ? -.pi / 2 : .pi / 2)
                    add(kind, .still(pose), waiting: true)
                }
                if random.chance(0.6) {
                    let kind: ActorKind = random.chance(0.75) ? .car : .motorcycle
                    add(
                        kind,
                        .across(
                            s: Double(junction.x) + side * 1.75,
                            t: side * (kerb + random.uniform(4.0, 20.0)),
                            direction: side,
                            SpeedProfile(mean: random.uniform(2.0, 6.0))
                        ),
                        rider: kind == .motorcycle
                    )
                }
                if random.chance(0.7) {
                    // Somebody who crosses the side street on its crossing.
                    let direction: Double = random.chance(0.5) ? 1 : -1
                    add(
                        .pedestrian,
                        .along(
                            s: Double(junction.x) - direction * random.uniform(1.0, 7.0),
                            t: side * (kerb + 2),
                            direction: direction,
                            SpeedProfile(mean: random.uniform(0.9, 1.5))
                        )
                    )
                }
            }
        }
    }

    // MARK: - Standing things

    private mutating func parked(left: Bool) {
        let cards = deck([
            .car, .car, .car, .truck, .car, .car, .motorcycle, .car, .car, .trailer, .car, .car, .bus, .car,
        ])
        let side: Double = left ? 1 : -1
        let t = side * Double(plan.roadHalf(left: left) - 1.22)
        var next = 0
        var s = Float(curve.start) + 10
        while s < Float(curve.end) - 14 {
            let kind = cards[next % cards.count]
            let room: Float = kind == .bus || kind == .trailer ? 12.6 : (kind == .truck ? 9.4 : 5.6)
            let isWorks = worksLeft == left && s + room > works.lowerBound - 4 && s < works.upperBound + 4
            if !isWorks, plan.isClear(from: s, to: s + room, margin: 11) {
                if random.chance(0.72) {
                    let offset = kind == .bus || kind == .trailer || kind == .truck ? -side * 0.1 : 0
                    let pose = curve.pose(
                        s: Double(s + room / 2),
                        t: t + offset,
                        turn: (left ? .pi : 0) + random.uniform(-0.02, 0.02)
                    )
                    add(kind, .still(pose))
                    next += 1
                }
                s += room + random.uniform(0.5, 2.5)
            } else {
                s += 2
            }
        }
    }

    /// Chooses where the road works are: in a parking lane, on the ego vehicle's way.
    private mutating func planWorks() {
        worksLeft = !plan.parksRight
        let travel = Float(ego.profile.distance(at: duration))
        let start = random.uniform(8, max(travel * 0.6, 9) + 14) as Float
        // The first clear stretch from there.
        var s = start
        while s < Float(curve.end) - 30, !plan.isClear(from: s, to: s + 20, margin: 10) { s += 1 }
        works = s...(s + 20)
        let side: Double = worksLeft ? 1 : -1
        let inner = side * Double(plan.roadHalf(left: worksLeft) - StreetPlan.parkingWidth - 0.05)
        let outer = side * Double(plan.roadHalf(left: worksLeft))
        func pose(_ s: Float, _ t: Double, _ turn: Double = 0) -> Pose {
            curve.pose(s: Double(s), t: t, turn: turn)
        }
        // A taper of cones at both ends, barriers between, the excavator and its people behind them.
        for k in 0..<3 {
            let u = (Double(k) + 0.5) / 3
            add(.trafficCone, .still(pose(s - 3 + Float(k) * 1.2, outer + (inner - outer) * u)))
            add(.trafficCone, .still(pose(s + 23 - Float(k) * 1.2, outer + (inner - outer) * u)))
        }
        var along = s + 1.2
        while along < s + 19 {
            add(.barrier, .still(pose(along, inner, .pi / 2)))
            along += 2.02
        }
        add(.constructionVehicle, .still(pose(s + 9, (inner + outer) / 2 + side * 0.35, worksLeft ? .pi : 0)))
        add(.constructionWorker, .still(pose(s + 15.5, (inner + outer) / 2, random.uniform(0.0, 6.0))))
        add(.constructionWorker, .still(pose(s + 3.4, outer + side * 0.8, random.uniform(0.0, 6.0))))
    }

    private mutating func people(left: Bool) {
        let side: Double = left ? 1 : -1
        let inner = Double(plan.roadHalf(left: left) + StreetPlan.kerbWidth + plan.vergeWidth)
        var s = curve.start + 10
        while s < curve.end - 10 {
            let t = side * (inner + random.uniform(0.9, max(Double(plan.sidewalkWidth) - 0.4, 1.0)))
            if random.chance(0.7) {
                add(
                    .pedestrian,
                    .along(
                        s: s,
                        t: t,
                        direction: random.chance(0.5) ? 1 : -1,
                        SpeedProfile(mean: random.uniform(0.8, 1.7))
                    )
                )
            } else {
                add(.pedestrian, .still(curve.pose(s: s, t: t, turn: random.uniform(0.0, 6.2))))
            }
            s += random.uniform(5.0, 16.0)
        }
    }

    private mutating func sidewalkThings(left: Bool) {
        let side: Double = left ? 1 : -1
        let kerb = Double(plan.roadHalf(left: left) + StreetPlan.kerbWidth)
        let back = kerb + Double(plan.vergeWidth + plan.sidewalkWidth)
        var s = Float(curve.start) + random.uniform(10, 25)
        while s < Float(curve.end) - 10 {
            if plan.isClear(from: s - 2, to: s + 2, margin: 10) {
                switch random.below(4) {
                case 0:
                    add(
                        .bicycle,
                        .still(curve.pose(s: Double(s), t: side * (back - 0.35), turn: random.uniform(-0.2, 0.2)))
                    )
                case 1:
                    add(
                        .motorcycle,
                        .still(curve.pose(s: Double(s), t: side * (back - 0.45), turn: random.uniform(-0.3, 0.3)))
                    )
                default:
                    for k in 0..<(1 + random.below(2)) {
                        add(
                            .bin,
                            .still(
                                curve.pose(
                                    s: Double(s) + 0.8 * Double(k),
                                    t: side * (back - 0.2),
                                    turn: (left ? -1 : 1) * .pi / 2
                                )
                            )
                        )
                    }
                }
            }
            s += random.uniform(14, 30)
        }
    }
}
