internal import Foundation

/// A solid of the world: a simple shape, turned about the vertical, with what it is made of and whom it belongs to.
///
/// 64 bytes, so that the tracing loops read one cache line each.
struct Primitive: Sendable {
    /// Shapes; sizes are half extents in the primitive's own frame.
    enum Kind: UInt8, Sendable {
        /// A cuboid.
        case box
        /// A cuboid whose top has other half extents (`taper.x`, `taper.y`) and is moved by `taper.z` along local x.
        case frustum
        /// An ellipsoid.
        case ellipsoid
        /// An ellipsoid of leaves: rays pass through its holes.
        case clump
        /// An upright circular cone stump: radius `half.x` below, `taper.x` above; equal radii make a cylinder.
        case cone
        /// A cylinder lying along local y: radius `half.x`, half width `half.y`.
        case wheel
    }

    /// Centre of the bounding box.
    var center: Vector
    var half: Vector
    var taper: Vector
    /// Cosine and sine of the turn about z.
    var cosine: Float
    var sine: Float
    /// Index into the world's surfaces.
    var surface: UInt16
    var kind: Kind
    /// Occupancy class, 0...16.
    var label: UInt8
    /// Index of the actor it belongs to; -1 for what never moves.
    var actor: Int32

    init(
        _ kind: Kind,
        center: Vector,
        half: Vector,
        taper: Vector = .zero,
        yaw: Float = 0,
        surface: UInt16,
        label: UInt8,
        actor: Int32 = -1
    ) {
        self.center = center
        self.half = half
        self.taper = taper
        self.cosine = cos(yaw)
        self.sine = sin(yaw)
        self.surface = surface
        self.kind = kind
        self.label = label
        self.actor = actor
    }

    /// The same solid carried along by a pose: turned about the pose's origin, then moved.
    func placed(x: Float, y: Float, z: Float, cosine c: Float, sine s: Float) -> Primitive {
        var moved = self
        moved.center = Vector(
            c * center.x - s * center.y + x,
            s * center.x + c * center.y + y,
            center.z + z
        )
        moved.cosine = c * cosine - s * sine
        moved.sine = s * cosine + c * sine
        return moved
    }

    /// Half extents of a box in local axes that holds the whole solid, its taper and shear included.
    var localHalf: Vector {
        switch kind {
        case .box, .ellipsoid, .clump: return half
        case .frustum:
            return Vector(max(half.x, taper.x + abs(taper.z)), max(half.y, taper.y), half.z)
        case .cone:
            let radius = max(half.x, taper.x)
            return Vector(radius, radius, half.z)
        case .wheel: return Vector(half.x, half.y, half.x)
        }
    }

    /// Half extents of a box in the outer axes that holds the whole solid.
    var outerHalf: Vector {
        let local = localHalf
        let c = abs(cosine)
        let s = abs(sine)
        return Vector(c * local.x + s * local.y, s * local.x + c * local.y, local.z)
    }

    /// A vector of the outer frame in the primitive's axes.
    @inline(__always)
    func toLocal(_ v: Vector) -> Vector {
        Vector(cosine * v.x + sine * v.y, cosine * v.y - sine * v.x, v.z)
    }

    /// A vector in the primitive's axes, in the outer frame.
    @inline(__always)
    func toOuter(_ v: Vector) -> Vector {
        Vector(cosine * v.x - sine * v.y, cosine * v.y + sine * v.x, v.z)
    }

    /// Whether the solid holds a point of the outer frame.
    @inline(__always)
    func contains(_ point: Vector) -> Bool {
        let p = toLocal(point - center)
        guard abs(p.z) <= (kind == .wheel ? half.x : half.z) else { return false }
        switch kind {
        case .box:
            return abs(p.x) <= half.x && abs(p.y) <= half.y
        case .frustum:
            let u = (p.z + half.z) / (2 * half.z)
            return abs(p.x - taper.z * u) <= mix(half.x, taper.x, u) && abs(p.y) <= mix(half.y, taper.y, u)
        case .ellipsoid, .clump:
            let q = p / half
            return dot(q, q) <= 1
        case .cone:
            let radius = mix(half.x, taper.x, (p.z + half.z) / (2 * half.z))
            return p.x * p.x + p.y * p.y <= radius * radius
        case .wheel:
            return abs(p.y) <= half.y && p.x * p.x + p.z * p.z <= half.x * half.x
        }
    }
}
