internal import Foundation

extension FrameWorld {
    /// The plain sky without clouds or skyline: what shiny things mirror; below the horizon the street's grey.
    @inline(__always)
    func plainSky(_ d: Vector) -> Vector {
        if d.z <= 0 {
            let street = Vector(0.16, 0.155, 0.15) * (0.35 + 0.25 * dot(lighting.sunColor, Vector(repeating: 0.333)))
            return mix(lighting.horizon * 0.55, street, clamp01(-d.z * 6))
        }
        return mix(lighting.horizon, lighting.zenith, d.z.squareRoot())
    }

    /// The sky with sun, clouds and a far skyline.
    func sky(_ d: Vector) -> Vector {
        let up = max(d.z, 0)
        var color = mix(lighting.horizon, lighting.zenith, up.squareRoot())
        let c = max(dot(d, lighting.sun), 0)
        let c8 = pow8(c)
        color += lighting.sunColor * (0.10 * c8 + 0.25 * pow8(c8))
        if c > 0.9996 { color += lighting.sunColor * 8 }
        if up > 0.01 {
            let scale = 30 / (up + 0.10)
            let x = d.x * scale
            let y = d.y * scale
            let density = 0.62 * noise.cloud(x, y) + 0.38 * noise.cloud(x * 2.7 + 31, y * 2.7 + 17)
            let low = 0.66 - 0.34 * lighting.clouds
            let cover = smoothStep(low, low + 0.20, density) * smoothStep(0.0, 0.12, up)
            let bright = Vector(repeating: 0.95) + lighting.sunColor * (0.08 + 0.10 * c8)
            let shade = 1 - 0.30 * smoothStep(low + 0.1, low + 0.45, density)
            color = mix(color, mix(bright, lighting.horizon, 0.25) * shade, cover * 0.9)
        }
        if d.z < 0.10 { color = skyline(d, behind: color) }
        return color
    }

    /// A far town and trees, by the direction alone.
    private func skyline(_ d: Vector, behind: Vector) -> Vector {
        let azimuth = atan2(d.y, d.x) * 40.7
        let slope = d.z / (d.x * d.x + d.y * d.y).squareRoot()
        let column = azimuth.rounded(.down)
        let chance = noise.cell(column + 300, 11)
        let house = chance > 0.35 ? 0.014 + 0.055 * noise.cell(column + 300, 3) * noise.cell(column + 300, 5) : 0
        let trees = 0.010 + 0.022 * noise.cloud(azimuth * 2.2, 90) + 0.006 * noise.grain(azimuth * 9, 50)
        if slope < trees {
            return mix(Vector(0.10, 0.14, 0.08), lighting.horizon * 0.85, 0.38)
        }
        if slope < house {
            let tone = 0.22 + 0.25 * noise.cell(column + 300, 8)
            return mix(Vector(tone, tone, tone * 1.05), lighting.horizon * 0.9, 0.55)
        }
        return behind
    }

    @inline(__always)
    private func pow8(_ x: Float) -> Float {
        let x2 = x * x
        let x4 = x2 * x2
        return x4 * x4
    }
}
