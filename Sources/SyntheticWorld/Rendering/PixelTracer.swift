/// Follows one ray at a time and shades what it meets; keeps what neighbouring rays are likely to meet again.
struct PixelTracer {
    /// A pixel's light and what it came from.
    struct Sample {
        var color: Vector
        var identity: Int32
    }

    let world: FrameWorld
    let stack: RayStack
    /// Angle between neighbouring pixels, radians.
    let pixelAngle: Float
    private var lastSolid: Int32 = -1
    private var lastBlocker: Int32 = -1
    private var lastCover: Int32 = -1

    init(world: FrameWorld, stack: RayStack, pixelAngle: Float) {
        self.world = world
        self.stack = stack
        self.pixelAngle = pixelAngle
    }

    @inline(__always)
    mutating func trace(_ origin: Vector, _ direction: Vector) -> Sample {
        let limit = min(world.roadDistance(origin, direction), 600)
        let hit = world.nearest(origin, direction, limit: limit, guess: lastSolid, stack: stack)
        lastSolid = hit.solid
        // The ground may rise above the road's plane in front of what was met below the kerb's height.
        if direction.z < -1e-5, hit.solid < 0 || origin.z + direction.z * hit.distance < StreetSection.kerbHeight {
            let low = -origin.z / direction.z
            if low < 600 {
                let ground = world.groundHit(origin, direction)
                if ground.distance < hit.distance || hit.solid < 0 {
                    return groundSample(ground, origin, direction)
                }
            }
        }
        if hit.solid >= 0 { return solidSample(hit, origin, direction) }
        return Sample(color: world.sky(direction), identity: -1)
    }

    private mutating func groundSample(
        _ ground: FrameWorld.GroundHit,
        _ origin: Vector,
        _ direction: Vector
    ) -> Sample {
        let p = origin + direction * ground.distance
        let width = ground.distance * pixelAngle
        // A pixel is stretched away from the camera; share that out to the road's axes.
        let stretch = width / max(-direction.z, 0.01)
        let heading = world.grid.heading(p.x, p.y)
        let flat = normalized(Vector(direction.x, direction.y, 0))
        let c = abs(flat.x * heading.x + flat.y * heading.y)
        let s = (max(0, 1 - c * c)).squareRoot()
        let albedo = world.groundColor(
            ground.point,
            x: p.x,
            y: p.y,
            along: c * stretch + s * width,
            across: s * stretch + c * width
        )
        let normal = ground.isKerbFace ? -flat : Vector(0, 0, 1)
        let start = p + Vector(0, 0, 0.01) + (ground.isKerbFace ? -flat * 0.02 : .zero)
        let sun = sunlight(start, normal, distance: ground.distance)
        var open: Float = 1
        if ground.distance < 45 {
            // What hangs low over the ground takes the sky's light: one ray upwards.
            if world.isBlocked(start, Vector(0.05, 0.03, 0.998), limit: 1.6, cache: &lastCover, stack: stack) {
                open = 0.30
            }
        }
        let ambient = world.ambient(normal) * (ground.isKerbFace ? 0.7 : 1) * open
        let color = albedo * (world.lighting.sunColor * sun + ambient)
        return Sample(
            color: haze(color, ground.distance, direction),
            identity: -2 - Int32(ground.point.kind.rawValue) * 2
                - (ground.isKerbFace ? 1 : 0)
        )
    }

    private mutating func solidSample(
        _ hit: FrameWorld.Hit,
        _ origin: Vector,
        _ direction: Vector
    ) -> Sample {
        let solid = world.tree.primitives + Int(hit.solid)
        let p = origin + direction * hit.distance
        let normal = solid.pointee.toOuter(hit.normal)
        let facing = max(-dot(normal, direction), 0.02)
        let width = hit.distance * pixelAngle / max(facing, 0.12)
        let look = world.look(
            solid,
            p: solid.pointee.toLocal(p - solid.pointee.center),
            n: hit.normal,
            width: width
        )
        let start = p + normal * 0.012
        var sun = sunlight(start, normal, distance: hit.distance)
        var ambient = world.ambient(normal)
        // Close to the ground less of the sky is seen.
        ambient *= 0.55 + 0.45 * smoothStep(-0.2, 1.8, p.z)
        if look.isLeaf {
            // Leaves scatter: some of the sun comes through.
            sun = 0.75 * sun + 0.16
        }
        var color = look.color * (world.lighting.sunColor * sun + ambient)
        if look.gloss > 0 {
            let mirrored = direction + normal * (2 * facing)
            let k = 1 - facing
            let k2 = k * k
            let fresnel = look.gloss + (0.75 - look.gloss) * k2 * k2 * k
            color = mix(color, world.plainSky(mirrored), clamp01(fresnel))
            let shine = max(dot(mirrored, world.lighting.sun), 0)
            if shine > 0.995, sun > 0 { color += world.lighting.sunColor * (1.2 * smoothStep(0.995, 0.9995, shine)) }
        }
        if look.glow > 0 { color += look.color * look.glow }
        return Sample(color: haze(color, hit.distance, direction), identity: hit.solid)
    }

    /// Cosine of the sun's angle where it is seen, 0 in shadow.
    @inline(__always)
    private mutating func sunlight(_ start: Vector, _ normal: Vector, distance: Float) -> Float {
        let lighting = world.lighting
        let cosine = dot(normal, lighting.sun)
        guard cosine > 0, lighting.sunColor.x > 0.05 else { return max(cosine, 0) }
        if world.isBlocked(start, lighting.sun, limit: 120, cache: &lastBlocker, stack: stack) { return 0 }
        return cosine
    }

    @inline(__always)
    private func haze(_ color: Vector, _ distance: Float, _ direction: Vector) -> Vector {
        let x = distance / world.lighting.hazeDistance
        // 1 - exp(-x), by its first terms.
        let amount = 1 - 1 / (1 + x + 0.5 * x * x)
        return mix(color, world.lighting.horizon * 0.92, amount)
    }
}

extension FrameWorld {
    /// Light from all but the sun on a surface.
    @inline(__always)
    func ambient(_ normal: Vector) -> Vector {
        let up = normal.z * 0.5 + 0.5
        return mix(lighting.bounce, mix(lighting.horizon, lighting.zenith, 0.6), up) * 0.62
    }
}
