extension FrameWorld {
    /// Where a ray meets the ground.
    struct GroundHit {
        var distance: Float
        var point: GroundPoint
        /// Whether the upright face of a kerb was met.
        var isKerbFace: Bool
    }

    /// Distance to the road's plane, the furthest that a ray can come; infinity for rays that rise.
    @inline(__always)
    func roadDistance(_ origin: Vector, _ direction: Vector) -> Float {
        direction.z < -1e-5 ? -origin.z / direction.z : .infinity
    }

    /// Where a falling ray meets the road, what lies a kerb above it, or the kerb between; the ray starts above.
    @inline(__always)
    func groundHit(_ origin: Vector, _ direction: Vector) -> GroundHit {
        let high = (StreetSection.kerbHeight - origin.z) / direction.z
        let low = -origin.z / direction.z
        let upper = ground(origin.x + direction.x * high, origin.y + direction.y * high)
        if high > 0, upper.kind.isRaised { return GroundHit(distance: high, point: upper, isKerbFace: false) }
        let lower = ground(origin.x + direction.x * low, origin.y + direction.y * low)
        if !lower.kind.isRaised { return GroundHit(distance: low, point: lower, isKerbFace: false) }
        // Between the planes the ray runs into a kerb: halve the way until within a few millimetres.
        var a = max(high, 0)
        var b = low
        var point = lower
        for _ in 0..<6 {
            let middle = (a + b) / 2
            let candidate = ground(origin.x + direction.x * middle, origin.y + direction.y * middle)
            if candidate.kind.isRaised {
                b = middle
                point = candidate
            } else {
                a = middle
            }
        }
        return GroundHit(distance: b, point: point, isKerbFace: true)
    }

    /// Colour of the ground in diffuse light.
    ///
    /// - Parameters:
    ///   - widths: size of a pixel on the ground along and across the road, metres.
    func groundColor(_ g: GroundPoint, x: Float, y: Float, along: Float, across: Float) -> Vector {
        let fine = clamp01(1.2 - max(along, across) * 14)
        let coarse = clamp01(1.3 - max(along, across) * 0.8)
        let patch = noise.cloud(x * 1.7, y * 1.7) - 0.5
        let grain = (noise.grain(x * 31, y * 31) - 0.5) * fine
        switch g.kind {
        case .road: return roadColor(g, x: x, y: y, along: along, across: across, patch: patch * coarse, grain: grain)
        case .kerb:
            // Painted in turn like in Singapore, worn.
            let even = Int(abs(g.s) * 0.8) % 2 == 0
            let isPainted = section.isUrban
            let base =
                isPainted
                ? (even ? Vector(0.62, 0.61, 0.58) : Vector(0.07, 0.07, 0.075)) : Vector(0.40, 0.39, 0.37)
            let blended = mix(base, Vector(0.34, 0.33, 0.32), isPainted ? clamp01(along * 0.8 - 0.3) : 0)
            return blended * (1 + 0.35 * patch + 0.35 * grain)
        case .sidewalk, .plaza:
            let size: Float = g.kind == .plaza ? 1.2 : 0.6
            let jointFade = clamp01(1.3 - max(along, across) * 9)
            let u = g.s / size
            let v = g.kerbDistance / size
            let fu = u - u.rounded(.down)
            let fv = v - v.rounded(.down)
            let joint = min(min(fu, 1 - fu), min(fv, 1 - fv)) * size < 0.012 ? 0.35 * jointFade : 0
            let tile = (noise.cell(u, v + 91) - 0.5) * 0.14 * jointFade
            let base = g.kind == .plaza ? Vector(0.40, 0.37, 0.34) : Vector(0.37, 0.36, 0.345)
            return base * (1 + tile + 0.45 * patch * coarse + 0.3 * grain - joint)
        case .median:
            return Vector(0.33, 0.325, 0.31) * (1 + 0.5 * patch * coarse + 0.4 * grain)
        case .verge, .terrain:
            let blades = noise.grain(x * 23 + y * 3, y * 9 - x * 2) - 0.5
            let dry = smoothStep(0.42, 0.75, noise.cloud(x * 2.9 + 40, y * 2.9))
            let base = mix(Vector(0.095, 0.155, 0.040), Vector(0.25, 0.215, 0.10), dry * 0.75)
            return base * (1 + 0.9 * blades * fine + 0.9 * patch * coarse + 0.4 * grain)
        }
    }

    private func roadColor(
        _ g: GroundPoint,
        x: Float,
        y: Float,
        along: Float,
        across: Float,
        patch: Float,
        grain: Float
    ) -> Vector {
        let a = abs(g.t)
        // Darker where wheels and oil go: two tracks a lane.
        let lane = (a - section.medianHalf) / StreetSection.laneWidth
        let inLane = lane - lane.rounded(.down) - 0.5
        let track = max(0, 1 - abs(abs(inLane) - 0.23) * 7) * 0.10 + max(0, 1 - abs(inLane) * 6) * 0.07
        var tone: Float = 0.155 * (1 - track) * (1 + 0.55 * patch + 0.5 * grain)
        // Mended stretches.
        let mend = noise.cell(g.s * 0.09, (g.t * 0.28).rounded(.down) + 7)
        if mend > 0.90 { tone *= 0.74 }
        let base = Vector(1.0, 0.995, 0.97) * tone
        let paint = markings(g, along: along, across: across)
        guard paint.w > 0 else { return base }
        let wear = 0.70 + 0.30 * clamp01(1 + (patch + grain) * 1.6)
        return mix(base, Vector(paint.x, paint.y, paint.z), paint.w * wear)
    }

    /// Paint on the road: colour and how much of the pixel it covers.
    private func markings(_ g: GroundPoint, along: Float, across: Float) -> SIMD4<Float> {
        let white = Vector(0.72, 0.72, 0.70)
        let yellow = Vector(0.70, 0.50, 0.10)
        var color = white
        var cover: Float = 0
        func line(_ distance: Float, _ half: Float, _ width: Float) -> Float {
            clamp01((half - abs(distance)) / max(width, 0.004) + 0.5) * min(1, 2 * half / max(width, 0.004))
        }
        let a = abs(g.t)
        let fromJunction = abs(g.junctionOffset)
        let junctionEnd = g.junctionHalf + StreetSection.cornerRadius
        let crossing = junctionEnd + 2.1
        let stop = junctionEnd + 4.4
        let isMain = a < section.roadHalf(left: g.t > 0)
        if isMain, fromJunction > stop - 0.3 {
            // Lines along the road end at the stop line.
            let open: Float = clamp01((fromJunction - stop) / max(along, 0.01))
            if section.medianHalf == 0 {
                let double = line(a - 0.12, 0.06, across)
                if double > cover {
                    cover = double * open
                    color = yellow
                }
            } else {
                cover = max(cover, line(a - section.medianHalf - 0.22, 0.06, across) * open)
            }
            if section.lanes > 1 {
                let phase = g.s - 9 * (g.s / 9).rounded(.down)
                let dash = line(phase - 1.5, 1.5, along)
                cover = max(cover, line(a - section.medianHalf - StreetSection.laneWidth, 0.06, across) * dash * open)
            }
            let edge = section.medianHalf + Float(section.lanes) * StreetSection.laneWidth
            let isParking = g.t > 0 ? section.parksLeft : section.parksRight
            if isParking {
                cover = max(cover, line(a - edge, 0.06, across) * open)
                let slot = g.s - 6.2 * (g.s / 6.2).rounded(.down)
                if a > edge { cover = max(cover, line(slot - 3.1, 0.05, along) * open * 0.9) }
            } else {
                let double = max(line(a - edge - 0.05, 0.05, across), line(a - edge + 0.15, 0.05, across))
                if double * open > cover {
                    cover = double * open
                    color = yellow
                }
            }
        }
        if isMain {
            // Stop lines before the junction and zebra crossings.
            let isArriving = (g.t < 0) == (g.junctionOffset < 0)
            if isArriving, a > section.medianHalf { cover = max(cover, line(fromJunction - stop, 0.18, along)) }
            let stripe = g.t - (g.t).rounded(.down) - 0.5
            let zebra = line(fromJunction - crossing, 1.5, along) * line(stripe, 0.25, across)
            if zebra > cover {
                cover = zebra
                color = white
            }
        } else if fromJunction < g.junctionHalf + 0.5 {
            // The side street: its centre line, stop line and crossing; along and across swap.
            let past = a - section.roadHalf(left: g.t > 0) - StreetSection.cornerRadius
            if past > 4.2 { cover = max(cover, line(g.junctionOffset, 0.06, along)) }
            let isArriving = (g.junctionOffset > 0) == (g.t < 0)
            if isArriving { cover = max(cover, line(past - 4.4, 0.18, across)) }
            let stripe = g.junctionOffset - g.junctionOffset.rounded(.down) - 0.5
            cover = max(cover, line(past - 2.1, 1.5, across) * line(stripe, 0.25, along))
        }
        return SIMD4(color.x, color.y, color.z, cover)
    }
}
