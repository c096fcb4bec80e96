/// Where a ray enters a solid.
struct Intersection {
    /// Distance along the ray, in lengths of its direction.
    var distance: Float
    /// Outward unit normal in the primitive's own axes.
    var normal: Vector
}

extension Primitive {
    /// The nearest entry of a ray into the solid between 1e-4 and `limit`; nil where it misses or starts inside.
    ///
    /// A foliage ellipsoid is asked with `leaving: true` for the far side of its hull instead.
    @inline(__always)
    func intersect(origin: Vector, direction: Vector, limit: Float, leaving: Bool = false) -> Intersection? {
        let o = toLocal(origin - center)
        let d = toLocal(direction)
        switch kind {
        case .box: return intersectBox(o, d, limit)
        case .frustum: return intersectFrustum(o, d, limit)
        case .ellipsoid, .clump: return intersectEllipsoid(o, d, limit, leaving)
        case .cone: return intersectCone(o, d, limit)
        case .wheel: return intersectWheel(o, d, limit)
        }
    }

    @inline(__always)
    private func intersectBox(_ o: Vector, _ d: Vector, _ limit: Float) -> Intersection? {
        let inverse = 1 / Vector(nonZero(d.x), nonZero(d.y), nonZero(d.z))
        let middle = -o * inverse
        let reach = half * Vector(abs(inverse.x), abs(inverse.y), abs(inverse.z))
        let near = middle - reach
        let far = middle + reach
        let enter = max(max(near.x, near.y), near.z)
        guard enter > 1e-4, enter < limit, enter <= min(min(far.x, far.y), far.z) else { return nil }
        var normal = Vector.zero
        if near.x >= near.y && near.x >= near.z {
            normal.x = d.x > 0 ? -1 : 1
        } else if near.y >= near.z {
            normal.y = d.y > 0 ? -1 : 1
        } else {
            normal.z = d.z > 0 ? -1 : 1
        }
        return Intersection(distance: enter, normal: normal)
    }

    /// Clips the ray by the six planes; each side plane is linear in height.
    @inline(never)
    private func intersectFrustum(_ o: Vector, _ d: Vector, _ limit: Float) -> Intersection? {
        var enter = -Float.infinity
        var leave = Float.infinity
        var normal = Vector.zero
        let perHeight = 1 / (2 * half.z)
        let slopeX = (taper.x - half.x) * perHeight
        let slopeY = (taper.y - half.y) * perHeight
        let shear = taper.z * perHeight
        // Outward normals and the value of each plane's function at the local origin's height -half.z.
        func clip(_ n: Vector, _ value: Float) -> Bool {
            let slope = dot(n, d)
            if abs(slope) < 1e-12 { return value <= 0 }
            let t = -value / slope
            if slope < 0 {
                if t > enter {
                    enter = t
                    normal = n
                }
            } else {
                leave = min(leave, t)
            }
            return enter <= leave
        }
        let u = o.z + half.z
        let middle = shear * u
        let extentX = half.x + slopeX * u
        let extentY = half.y + slopeY * u
        guard clip(Vector(0, 0, 1), o.z - half.z), clip(Vector(0, 0, -1), -o.z - half.z),
            clip(Vector(1, 0, -shear - slopeX), o.x - middle - extentX),
            clip(Vector(-1, 0, shear - slopeX), middle - o.x - extentX),
            clip(Vector(0, 1, -slopeY), o.y - extentY), clip(Vector(0, -1, -slopeY), -o.y - extentY),
            enter > 1e-4, enter < limit
        else { return nil }
        return Intersection(distance: enter, normal: normalized(normal))
    }

    @inline(__always)
    private func intersectEllipsoid(_ o: Vector, _ d: Vector, _ limit: Float, _ leaving: Bool) -> Intersection? {
        let inverse = 1 / half
        let p = o * inverse
        let q = d * inverse
        let a = dot(q, q)
        let b = dot(p, q)
        let discriminant = b * b - a * (dot(p, p) - 1)
        guard discriminant > 0 else { return nil }
        let root = discriminant.squareRoot()
        let t = (leaving ? -b + root : -b - root) / a
        guard t > 1e-4, t < limit else { return nil }
        return Intersection(distance: t, normal: normalized((p + q * t) * inverse))
    }

    @inline(never)
    private func intersectCone(_ o: Vector, _ d: Vector, _ limit: Float) -> Intersection? {
        let slope = (taper.x - half.x) / (2 * half.z)
        let base = half.x + slope * (o.z + half.z)
        let k = slope * d.z
        let a = d.x * d.x + d.y * d.y - k * k
        let b = o.x * d.x + o.y * d.y - base * k
        let c = o.x * o.x + o.y * o.y - base * base
        var best = limit
        var normal = Vector.zero
        let discriminant = b * b - a * c
        if discriminant > 0, abs(a) > 1e-12 {
            let root = discriminant.squareRoot()
            for sign in 0..<(slope == 0 ? 1 : 2) {
                let t = (sign == 0 ? -b - root : -b + root) / a
                let z = o.z + d.z * t
                guard t > 1e-4, t < best else { continue }
                if abs(z) <= half.z, base + k * t >= 0 {
                    best = t
                    let radius = base + k * t
                    normal = Vector(o.x + d.x * t, o.y + d.y * t, -slope * radius)
                }
            }
        }
        if abs(d.z) > 1e-9 {
            let side: Float = d.z > 0 ? -1 : 1
            let t = (side * half.z - o.z) / d.z
            let x = o.x + d.x * t
            let y = o.y + d.y * t
            let radius = side < 0 ? half.x : taper.x
            if t > 1e-4, t < best, x * x + y * y <= radius * radius {
                best = t
                normal = Vector(0, 0, side)
            }
        }
        guard best < limit else { return nil }
        return Intersection(distance: best, normal: normalized(normal))
    }

    @inline(never)
    private func intersectWheel(_ o: Vector, _ d: Vector, _ limit: Float) -> Intersection? {
        let a = d.x * d.x + d.z * d.z
        let b = o.x * d.x + o.z * d.z
        let c = o.x * o.x + o.z * o.z - half.x * half.x
        let discriminant = b * b - a * c
        if discriminant > 0, a > 1e-12 {
            let t = (-b - discriminant.squareRoot()) / a
            if t > 1e-4, t < limit, abs(o.y + d.y * t) <= half.y {
                return Intersection(distance: t, normal: normalized(Vector(o.x + d.x * t, 0, o.z + d.z * t)))
            }
        }
        if abs(d.y) > 1e-9 {
            let side: Float = d.y > 0 ? -1 : 1
            let t = (side * half.y - o.y) / d.y
            let x = o.x + d.x * t
            let z = o.z + d.z * t
            if t > 1e-4, t < limit, x * x + z * z <= half.x * half.x {
                return Intersection(distance: t, normal: Vector(0, side, 0))
            }
        }
        return nil
    }

    @inline(__always)
    private func nonZero(_ value: Float) -> Float {
        abs(value) < 1e-12 ? 1e-12 : value
    }
}
