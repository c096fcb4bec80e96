internal import Scenes

/// A street's cross section and what it makes of the ground: the one source for pictures, labels and placement.
///
/// Plain numbers only, so that the inner loops copy it freely.
struct StreetSection: Sendable {
    /// Kinds of ground.
    enum Ground: UInt8, Sendable {
        case road, kerb, verge, sidewalk, terrain, plaza, median

        /// The occupancy class of the ground's voxels.
        var label: OccupancyClass {
            switch self {
            case .road: .driveableSurface
            case .kerb, .sidewalk: .sidewalk
            case .verge, .terrain: .terrain
            case .plaza: .sidewalk
            case .median: .otherFlat
            }
        }

        /// Whether the ground lies one kerb above the road.
        @inline(__always)
        var isRaised: Bool { self != .road }
    }

    /// Height of everything but the road above the road, metres.
    static let kerbHeight: Float = 0.15
    /// How far side streets reach from the centre line, metres.
    static let sideStreetReach: Float = 75
    static let kerbWidth: Float = 0.25
    static let laneWidth: Float = 3.5
    static let parkingWidth: Float = 2.5
    /// Radius of the kerb at junction corners.
    static let cornerRadius: Float = 5

    /// Lanes in each direction.
    var lanes: Int
    /// Half width of the raised median; 0 where there is none.
    var medianHalf: Float
    /// Whether there is a parking lane at the right (t < 0) and at the left kerb.
    var parksRight: Bool
    var parksLeft: Bool
    var vergeWidth: Float
    var sidewalkWidth: Float
    /// Depth of what lies between the sidewalk and the buildings.
    var gardenWidth: Float
    /// Whether that is paved.
    var isUrban: Bool
    init(random: inout RandomStream) {
        lanes = random.chance(0.6) ? 2 : 1
        medianHalf = lanes == 2 && random.chance(0.45) ? 0.9 : 0
        parksRight = random.chance(0.75)
        parksLeft = random.chance(0.65)
        isUrban = random.chance(0.55)
        vergeWidth = random.chance(0.6) ? random.uniform(1.2, 2.0) : 0
        sidewalkWidth = random.uniform(2.2, 3.6)
        gardenWidth = isUrban ? random.uniform(0.0, 3.0) : random.uniform(4.0, 9.0)
    }

    /// Offset of the right (-1) or left (+1) kerb from the centre line, positive.
    @inline(__always)
    func roadHalf(left: Bool) -> Float {
        medianHalf + Float(lanes) * Self.laneWidth + ((left ? parksLeft : parksRight) ? Self.parkingWidth : 0.4)
    }

    /// Offset of a lane's middle, counted from the innermost 0; positive.
    func laneMiddle(_ lane: Int) -> Float {
        medianHalf + (Float(lane) + 0.5) * Self.laneWidth
    }

    /// Distance from the kerb to the building line.
    var buildingLine: Float { Self.kerbWidth + vergeWidth + sidewalkWidth + gardenWidth }

    /// Signed distance to the outer kerb: negative on the road and its junctions, metres.
    ///
    /// Union of two strips whose inner corners are rounded by arcs.
    @inline(__always)
    func kerbDistance(t: Float, junctionOffset: Float, junctionHalf: Float) -> Float {
        let main = abs(t) - roadHalf(left: t > 0)
        let side = abs(t) < Self.sideStreetReach ? abs(junctionOffset) - junctionHalf : 1e3
        let r = Self.cornerRadius
        if main > 0, side > 0, main < r, side < r {
            return r - ((r - main) * (r - main) + (r - side) * (r - side)).squareRoot()
        }
        return min(main, side)
    }

    /// The kind of ground at a point and its signed distance to the kerb.
    @inline(__always)
    func ground(t: Float, junctionOffset: Float, junctionHalf: Float) -> (kind: Ground, kerbDistance: Float) {
        let d = kerbDistance(t: t, junctionOffset: junctionOffset, junctionHalf: junctionHalf)
        if d < 0 {
            if abs(t) < medianHalf, abs(junctionOffset) > junctionHalf + Self.cornerRadius + 4.6 {
                return (.median, abs(t) - medianHalf)
            }
            return (.road, d)
        }
        if d < Self.kerbWidth { return (.kerb, d) }
        if d < Self.kerbWidth + vergeWidth { return (.verge, d) }
        if d < Self.kerbWidth + vergeWidth + sidewalkWidth { return (.sidewalk, d) }
        if isUrban, d < buildingLine + 14 { return (.plaza, d) }
        return (.terrain, d)
    }
}
