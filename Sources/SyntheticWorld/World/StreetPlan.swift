/// A street: its cross section and where side streets join it.
@dynamicMemberLookup
struct StreetPlan: Sendable {
    /// Height of everything but the road above the road, metres.
    static let kerbHeight = StreetSection.kerbHeight
    static let sideStreetReach = StreetSection.sideStreetReach
    static let kerbWidth = StreetSection.kerbWidth
    static let parkingWidth = StreetSection.parkingWidth
    static let cornerRadius = StreetSection.cornerRadius

    var section: StreetSection
    /// Arc lengths of junctions and half widths of their side streets.
    private(set) var junctions: [SIMD2<Float>]

    init(roadEnd: Double, random: inout RandomStream) {
        section = StreetSection(random: &random)
        if !section.parksRight && !section.parksLeft { section.parksRight = true }
        junctions = []
        var s = random.uniform(22.0, 60.0)
        while s < roadEnd {
            junctions.append(SIMD2(Float(s), random.uniform(3.4, 4.2)))
            s += random.uniform(75.0, 120.0)
        }
    }

    subscript<Value>(dynamicMember path: KeyPath<StreetSection, Value>) -> Value { section[keyPath: path] }

    /// Offset of the right or left kerb from the centre line, positive.
    func roadHalf(left: Bool) -> Float { section.roadHalf(left: left) }

    /// Offset of a lane's middle, counted from the innermost 0; positive.
    func laneMiddle(_ lane: Int) -> Float { section.laneMiddle(lane) }

    /// Signed distance to the outer kerb; see ``StreetSection``.
    func kerbDistance(t: Float, junctionOffset: Float, junctionHalf: Float) -> Float {
        section.kerbDistance(t: t, junctionOffset: junctionOffset, junctionHalf: junctionHalf)
    }

    /// The kind of ground at a point and its signed distance to the kerb.
    func ground(s: Float, t: Float) -> (kind: StreetSection.Ground, kerbDistance: Float) {
        let junction = nearestJunction(s)
        return section.ground(t: t, junctionOffset: junction.offset, junctionHalf: junction.half)
    }

    /// The junction nearest to an arc length: signed distance along the road and its side street's half width.
    func nearestJunction(_ s: Float) -> (offset: Float, half: Float) {
        var best: Float = 1e6
        var half: Float = 4
        for junction in junctions where abs(s - junction.x) < abs(best) {
            best = s - junction.x
            half = junction.y
        }
        return (best, half)
    }

    /// Whether a stretch of the road keeps clear of junctions, their corners and crossings.
    func isClear(from low: Float, to high: Float, margin: Float) -> Bool {
        junctions.allSatisfy { high < $0.x - $0.y - margin || low > $0.x + $0.y + margin }
    }
}
