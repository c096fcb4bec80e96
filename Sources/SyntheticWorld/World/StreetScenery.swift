internal import Foundation

/// Places buildings, plants and furniture along a street.
struct StreetScenery {
    let curve: RoadCurve
    let plan: StreetPlan
    var table: SurfaceTable
    let common: CommonSurfaces
    var random: RandomStream
    private(set) var solids: [Primitive] = []

    init(curve: RoadCurve, plan: StreetPlan, table: SurfaceTable, common: CommonSurfaces, random: RandomStream) {
        self.curve = curve
        self.plan = plan
        self.table = table
        self.common = common
        self.random = random
    }

    /// Builds both sides of the street.
    mutating func build() {
        for left in [false, true] {
            buildings(left: left)
            backRow(left: left)
            streetTrees(left: left)
            furniture(left: left)
        }
        if plan.medianHalf > 0 { median() }
        trafficLights()
    }

    /// Puts a thing whose front looks towards negative y beside the road, looking at the road.
    ///
    /// - Parameters:
    ///   - d: distance of its origin from the kerb, metres.
    ///   - turn: extra turn, radians.
    private mutating func place(_ shape: [Primitive], s: Float, d: Float, left: Bool, turn: Double = 0) {
        let t = Double(plan.roadHalf(left: left) + d)
        let pose = curve.pose(s: Double(s), t: left ? t : -t, turn: (left ? 0 : .pi) + turn)
        let junction = plan.nearestJunction(s)
        let distance = plan.kerbDistance(
            t: left ? Float(t) : -Float(t),
            junctionOffset: junction.offset,
            junctionHalf: junction.half
        )
        let z = distance >= 0 ? StreetPlan.kerbHeight : 0
        let c = Float(cos(pose.yaw))
        let sine = Float(sin(pose.yaw))
        for solid in shape {
            solids.append(solid.placed(x: Float(pose.x), y: Float(pose.y), z: z, cosine: c, sine: sine))
        }
    }

    /// Room that side streets need beside their half width before a building may stand.
    private var sideMargin: Float { StreetPlan.kerbWidth + plan.vergeWidth + plan.sidewalkWidth + 1.2 }
    private var firstS: Float { Float(curve.start) + 4 }
    private var lastS: Float { Float(curve.end) - 4 }

    private mutating func buildings(left: Bool) {
        var s = firstS
        while s < lastS {
            let width = plan.isUrban ? random.uniform(12, 24) as Float : random.uniform(9, 15)
            let gap: Float =
                plan.isUrban ? (random.chance(0.7) ? 0.05 : random.uniform(2, 6)) : random.uniform(3, 9)
            let middle = s + width / 2
            if plan.isClear(from: s, to: s + width, margin: sideMargin) {
                if random.chance(plan.isUrban ? 0.90 : 0.80) {
                    let depth = random.uniform(9, 14) as Float
                    let height = plan.isUrban ? 3.6 + 3.2 * Float(1 + random.below(7)) : random.uniform(3.2, 6.2)
                    place(
                        SceneryShapes.building(
                            size: Vector(width, depth, height),
                            urban: plan.isUrban,
                            table: &table,
                            random: &random
                        ),
                        s: middle,
                        d: plan.buildingLine + 0.7,
                        left: left
                    )
                    if !plan.isUrban { garden(s: s, width: width + gap, left: left) }
                } else {
                    park(s: s, width: width, left: left)
                }
                s += width + gap
            } else {
                s += 1
            }
        }
    }

    private mutating func garden(s: Float, width: Float, left: Bool) {
        let d = StreetPlan.kerbWidth + plan.vergeWidth + plan.sidewalkWidth + 0.7
        let run = width * 0.38
        for start in [s + 0.3, s + width * 0.58] {
            let middle = start + run / 2
            switch random.below(4) {
            case 0, 1:
                place(SceneryShapes.hedge(length: run, table: &table, random: &random), s: middle, d: d, left: left)
            case 2: place(SceneryShapes.wall(length: run, table: &table, random: &random), s: middle, d: d, left: left)
            default:
                for k in 0..<2 {
                    place(
                        SceneryShapes.bush(table: &table, random: &random),
                        s: start + Float(k) * run * 0.6 + 0.8,
                        d: d + 0.4,
                        left: left
                    )
                }
            }
        }
        if random.chance(0.5), plan.gardenWidth > 4.5 {
            place(
                SceneryShapes.tree(
                    height: random.uniform(4, 6.5),
                    table: &table,
                    common: common,
                    random: &random
                ),
                s: s + width * 0.2,
                d: d + 2,
                left: left
            )
        }
    }

    private mutating func park(s: Float, width: Float, left: Bool) {
        let d = StreetPlan.kerbWidth + plan.vergeWidth + plan.sidewalkWidth + 1.2
        for _ in 0..<Int(width / 4) {
            place(
                SceneryShapes.tree(
                    height: random.uniform(5, 10),
                    table: &table,
                    common: common,
                    random: &random
                ),
                s: s + random.uniform(1, max(width - 1, 1.1)),
                d: d + random.uniform(2, 14),
                left: left
            )
        }
        for _ in 0..<Int(width / 3) {
            place(
                SceneryShapes.bush(table: &table, random: &random),
                s: s + random.uniform(1, max(width - 1, 1.1)),
                d: d + random.uniform(0, 8),
                left: left
            )
        }
    }

    /// Taller blocks and trees behind, so that gaps do not open on emptiness.
    private mutating func backRow(left: Bool) {
        var s = firstS
        while s < lastS {
            let width = random.uniform(14, 26) as Float
            let base = plan.buildingLine + 17
            if plan.isClear(from: s, to: s + width, margin: sideMargin) {
                if random.chance(plan.isUrban ? 0.8 : 0.25) {
                    let height =
                        plan.isUrban ? 3.6 + 3.2 * Float(3 + random.below(10)) : random.uniform(4, 7)
                    place(
                        SceneryShapes.building(
                            size: Vector(width, 14, height),
                            urban: plan.isUrban,
                            table: &table,
                            random: &random
                        ),
                        s: s + width / 2,
                        d: base + random.uniform(0, 8),
                        left: left
                    )
                } else {
                    for _ in 0..<3 {
                        place(
                            SceneryShapes.tree(
                                height: random.uniform(7, 13),
                                table: &table,
                                common: common,
                                random: &random
                            ),
                            s: s + random.uniform(0, width),
                            d: base + random.uniform(0, 20),
                            left: left
                        )
                    }
                }
            }
            s += width + random.uniform(1, 8)
        }
    }

    private mutating func streetTrees(left: Bool) {
        let d = StreetPlan.kerbWidth + max(plan.vergeWidth / 2, 0.45)
        var s = firstS + random.uniform(0, 8)
        let isLined = random.chance(0.8)
        while s < lastS {
            if isLined, random.chance(0.8), plan.isClear(from: s, to: s, margin: 9) {
                place(
                    SceneryShapes.tree(
                        height: random.uniform(5.0, 8.5),
                        table: &table,
                        common: common,
                        random: &random
                    ),
                    s: s,
                    d: d,
                    left: left
                )
            } else if plan.vergeWidth > 1, plan.isClear(from: s - 2, to: s + 2, margin: 7), random.chance(0.5) {
                place(
                    SceneryShapes.hedge(length: 3.2, table: &table, random: &random),
                    s: s,
                    d: d,
                    left: left
                )
            }
            s += random.uniform(7, 13)
        }
    }

    private mutating func furniture(left: Bool) {
        let nearKerb = StreetPlan.kerbWidth + 0.35
        var s = firstS + (left ? 6 : 20)
        while s < lastS {
            if plan.isClear(from: s, to: s, margin: 7) {
                place(SceneryShapes.streetLamp(common: common), s: s, d: nearKerb, left: left)
            }
            s += 29
        }
        s = firstS + random.uniform(0, 20)
        while s < lastS {
            if plan.isClear(from: s, to: s, margin: 6) {
                // Signs look towards the traffic of their side.
                place(
                    SceneryShapes.sign(table: &table, common: common, random: &random),
                    s: s,
                    d: nearKerb + 0.1,
                    left: left,
                    turn: .pi
                )
            }
            s += random.uniform(18, 40)
        }
        let shelter = random.uniform(0, max(lastS - 60, 1)) as Float
        if plan.isClear(from: shelter - 4, to: shelter + 4, margin: 9) {
            let d = StreetPlan.kerbWidth + plan.vergeWidth + plan.sidewalkWidth - 0.7
            place(SceneryShapes.shelter(table: &table, common: common), s: shelter, d: d, left: left)
        }
        for junction in plan.junctions where random.chance(0.7) {
            for side in [-1, 1] as [Float] {
                for k in 0..<4 {
                    let along = junction.y + StreetPlan.cornerRadius + 4.8 + Float(k) * 1.5
                    place(
                        SceneryShapes.bollard(table: &table),
                        s: junction.x + side * along,
                        d: 0.42,
                        left: left
                    )
                }
            }
        }
    }

    private mutating func median() {
        var s = firstS
        while s < lastS {
            if plan.isClear(from: s - 1, to: s + 1, margin: 12) {
                let shape =
                    random.chance(0.55)
                    ? SceneryShapes.hedge(length: 4, table: &table, random: &random)
                    : SceneryShapes.sign(table: &table, common: common, random: &random)
                place(shape, s: s, d: -plan.roadHalf(left: false), left: false, turn: .pi)
            }
            s += random.uniform(8, 22)
        }
    }

    private mutating func trafficLights() {
        for junction in plan.junctions {
            let along = junction.y + StreetPlan.cornerRadius + 4.4
            // Green for the street, red for the side streets; each stands at the right of its stop line.
            let main = SceneryShapes.trafficLight(state: 2, table: &table, common: common)
            place(main, s: junction.x - along, d: 0.5, left: false, turn: .pi)
            place(main, s: junction.x + along, d: 0.5, left: true, turn: .pi)
            let side = SceneryShapes.trafficLight(state: 0, table: &table, common: common)
            let reach = StreetPlan.cornerRadius + 4.4
            place(side, s: junction.x + junction.y + 0.5, d: reach, left: false, turn: -.pi / 2)
            place(side, s: junction.x - junction.y - 0.5, d: reach, left: true, turn: -.pi / 2)
        }
    }
}
