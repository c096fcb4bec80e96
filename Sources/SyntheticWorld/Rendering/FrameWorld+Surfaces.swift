extension FrameWorld {
    /// What a surface looks like at a point: diffuse colour, and how much of the mirrored sky lies over it.
    struct Look {
        var color: Vector
        /// Mirror share at right angles; 0 for matt.
        var gloss: Float = 0
        /// Light that the surface sends out by itself.
        var glow: Float = 0
        /// Leaves let light through.
        var isLeaf = false
    }

    /// Looks up a surface.
    ///
    /// - Parameters:
    ///   - p: the point in the solid's own axes.
    ///   - n: the outward normal in the same axes.
    ///   - width: size of a pixel there, metres.
    func look(_ solid: UnsafePointer<Primitive>, p: Vector, n: Vector, width: Float) -> Look {
        let surface = surfaces + Int(solid.pointee.surface)
        let first = surface.pointee.first
        switch surface.pointee.pattern {
        case .plain: return Look(color: first)
        case .paint: return Look(color: first, gloss: 0.06)
        case .glass: return Look(color: first * 0.35, gloss: 0.14)
        case .lamp: return Look(color: first, glow: 1.2)
        case .concrete:
            let seed = surface.pointee.seed
            let stain = noise.cloud((p.x + p.y) * 5 + seed, p.z * 3 + seed) - 0.5
            let grain = (noise.grain((p.x + p.y) * 40, p.z * 40) - 0.5) * clamp01(1 - width * 30)
            return Look(color: first * (1 + 0.5 * stain + 0.2 * grain))
        case .brick:
            return Look(
                color: bricks(first, joint: surface.pointee.second, along: n.x * n.x > 0.5 ? p.y : p.x, p.z, width)
            )
        case .facade: return facade(solid, surface, p, n, width)
        case .curtain: return curtain(solid, surface, p, n, width)
        case .foliage:
            let seed = surface.pointee.seed
            let fade = clamp01(1.25 - width * 5)
            let flat = leafCoordinates(p, n)
            let clump = noise.cloud(flat.x * 23 + seed, flat.y * 23 + seed) - 0.5
            let leaf = (noise.grain(flat.x * 15 + seed, flat.y * 15) - 0.5) * fade
            let height = clamp01(0.5 + 0.5 * p.z / max(solid.pointee.half.z, 0.1))
            let shade = (0.55 + 0.55 * height) * (1 + 1.3 * clump + 0.9 * leaf)
            let tint = mix(Vector(0.85, 1.0, 0.9), Vector(1.15, 1.02, 0.8), clamp01(0.5 + leaf))
            return Look(color: first * tint * max(shade, 0.08), isLeaf: true)
        case .streaks:
            let scale = max(surface.pointee.scale, 0.01)
            let streak = noise.grain((p.x * 1.7 + p.y * 2.3) / scale, p.z * 1.5)
            return Look(color: mix(first, surface.pointee.second, streak))
        case .stripes:
            let u = (p.x + p.y + p.z * 0.6) / surface.pointee.scale
            let f = u - u.rounded(.down)
            return Look(color: f < 0.5 ? first : surface.pointee.second)
        case .bands:
            let u = (p.z + solid.pointee.half.z) / surface.pointee.scale
            return Look(color: Int(u) % 2 == 0 ? first : surface.pointee.second)
        case .blocks:
            let u = (p.z / surface.pointee.scale).rounded(.down)
            let v = ((abs(n.x) > abs(n.y) ? p.y : p.x) / surface.pointee.scale + u * 0.5).rounded(.down)
            let pick = noise.cell(u + 77, v + 133)
            let fade = clamp01(1.2 - width * 3)
            return Look(color: mix(first, surface.pointee.second, 0.5 + (pick - 0.5) * fade))
        }
    }

    @inline(__always)
    private func bricks(_ tone: Vector, joint: Vector, along: Float, _ z: Float, _ width: Float) -> Vector {
        let fade = clamp01(1.4 - width * 18)
        let row = (z / 0.085).rounded(.down)
        let u = along / 0.25 + (Int(row) & 1 == 0 ? 0.5 : 0)
        let fu = u - u.rounded(.down)
        let fv = z / 0.085 - row
        let isJoint = fu < 0.06 || fv < 0.14
        let tint = 1 + (noise.cell(u, row + 400) - 0.5) * 0.5 * fade
        let plain = mix(tone, joint, 0.16)
        return mix(plain, isJoint ? joint : tone * tint, fade)
    }

    /// A wall with a grid of windows; the ground floor of town houses holds shops.
    private func facade(
        _ solid: UnsafePointer<Primitive>,
        _ surface: UnsafePointer<Surface>,
        _ p: Vector,
        _ n: Vector,
        _ width: Float
    ) -> Look {
        let seed = surface.pointee.seed
        if n.z > 0.5 { return Look(color: Vector(0.24, 0.235, 0.23) * (0.8 + 0.4 * noise.cloud(p.x * 4, p.y * 4))) }
        let isEnd = n.x * n.x > 0.5
        let half = isEnd ? solid.pointee.half.y : solid.pointee.half.x
        let along = (isEnd ? p.y : p.x) + half
        let height = p.z + solid.pointee.half.z
        let isTown = solid.pointee.half.z > 3.3
        let base: Float = isTown ? 3.6 : 0.2
        let storey: Float = isTown ? 3.2 : 2.8
        let stain = noise.cloud(along * 2.3 + seed, height * 1.1 + seed) - 0.5
        let streak = noise.grain(along * 3.1 + seed, height * 0.21) - 0.5
        var wall = surface.pointee.first
        if surface.pointee.second.x > 0.5 {
            wall = bricks(wall, joint: Vector(0.42, 0.38, 0.33), along: along, height, width)
        }
        wall *= 1 + 0.28 * stain + 0.10 * streak
        let bays = max((2 * half / surface.pointee.scale).rounded(.down), 1)
        let pitch = 2 * half / bays
        let bay = (along / pitch).rounded(.down)
        let u = along - (bay + 0.5) * pitch
        func inside(_ u: Float, _ halfU: Float, _ v: Float, _ halfV: Float) -> Float {
            let w = max(width, 0.005)
            return clamp01((halfU - abs(u)) / w + 0.5) * clamp01((halfV - abs(v)) / w + 0.5)
        }
        if isTown, height < base {
            // Shop windows, each with its own goods, under a sign band.
            if isEnd { return Look(color: wall) }
            let v = height - 1.45
            let glass = inside(u, pitch * 0.42, v, 1.15)
            let shop = noise.cell((bay / 2).rounded(.down) + seed, 21)
            let sign = inside(u, pitch * 0.5, height - 2.95, 0.22)
            let signColor = Vector(0.15 + 0.5 * shop, 0.12 + 0.4 * noise.cell(bay / 2 + seed, 22), 0.35 - 0.25 * shop)
            let goods = 0.10 + 0.30 * noise.cloud(along * 9 + seed, height * 9)
            let inner = Vector(goods, goods * 0.92, goods * 0.8)
            return Look(
                color: mix(mix(wall, signColor, sign), inner, glass),
                gloss: 0.09 * glass
            )
        }
        let row = ((height - base) / storey).rounded(.down)
        let v = height - base - (row + 0.5) * storey - 0.1
        let hasWindow = height < 2 * solid.pointee.half.z - 0.7 && noise.cell(bay + seed, row + 55) > 0.08
        guard hasWindow else { return Look(color: wall) }
        let halfU = min(pitch * 0.29, 0.85)
        let halfV: Float = isTown ? 0.86 : 0.62
        let frame = inside(u, halfU + 0.10, v, halfV + 0.10)
        let pane = inside(u, halfU, v, halfV) * (abs(u) < 0.035 && width < 0.1 ? 0 : 1)
        let kind = noise.cell(bay + seed, row + 101)
        let curtain: Vector =
            kind > 0.7 ? Vector(0.42, 0.40, 0.36) : (kind > 0.55 ? Vector(0.2, 0.17, 0.14) : Vector(0.035, 0.04, 0.045))
        let far = clamp01(width * 0.8 - 0.4)
        let color = mix(mix(wall, Vector(0.55, 0.54, 0.52), frame), curtain, pane)
        return Look(color: mix(color, mix(wall, Vector(0.08, 0.085, 0.09), 0.35), far), gloss: 0.16 * pane * (1 - far))
    }

    /// A curtain wall: panes between thin mullions, spandrels at the floors.
    private func curtain(
        _ solid: UnsafePointer<Primitive>,
        _ surface: UnsafePointer<Surface>,
        _ p: Vector,
        _ n: Vector,
        _ width: Float
    ) -> Look {
        if n.z > 0.5 { return Look(color: Vector(repeating: 0.25)) }
        let isEnd = n.x * n.x > 0.5
        let along = (isEnd ? p.y + solid.pointee.half.y : p.x + solid.pointee.half.x) / surface.pointee.scale
        let height = (p.z + solid.pointee.half.z) / 3.2
        let fu = along - along.rounded(.down)
        let fv = height - height.rounded(.down)
        let fade = clamp01(1.3 - width * 3)
        if fv < 0.22 {
            return Look(color: mix(Vector(repeating: 0.16), surface.pointee.first * 0.6, 0.6), gloss: 0.03)
        }
        if fu < 0.05, fade > 0.2 { return Look(color: Vector(repeating: 0.30)) }
        let tint = noise.cell(along + surface.pointee.seed, height + 9)
        return Look(
            color: Vector(0.035, 0.05, 0.055) * (0.7 + 0.8 * tint),
            gloss: 0.22 + 0.10 * (tint - 0.5) * fade
        )
    }
}
