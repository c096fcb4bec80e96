internal import Foundation

/// Sun, sky and haze of a scene, in linear light.
struct Lighting: Sendable {
    /// Unit vector towards the sun.
    var sun: Vector
    var sunColor: Vector
    /// Light from straight above and from the horizon.
    var zenith: Vector
    var horizon: Vector
    /// Light that the ground throws back.
    var bounce: Vector
    /// How much of the sky clouds cover, 0...1.
    var clouds: Float
    /// Metres after which haze has taken 63 % of the contrast.
    var hazeDistance: Float
    var exposure: Float

    init(random: inout RandomStream) {
        let elevation = random.uniform(0.45, 1.15) as Float
        let azimuth = random.uniform(0, 2 * Float.pi) as Float
        sun = Vector(cos(elevation) * cos(azimuth), cos(elevation) * sin(azimuth), sin(elevation))
        let overcast = random.chance(0.3) ? random.uniform(0.65, 1.0) as Float : 0
        let warmth = smoothStep(1.0, 0.4, elevation)
        sunColor = mix(Vector(2.6, 2.5, 2.3), Vector(2.6, 2.1, 1.6), warmth) * (1 - 0.93 * overcast)
        zenith = mix(Vector(0.30, 0.46, 0.85), Vector(0.62, 0.66, 0.72), overcast)
        horizon = mix(Vector(0.82, 0.90, 1.0), Vector(0.86, 0.88, 0.90), overcast)
        bounce = Vector(0.22, 0.21, 0.19) * (1 - 0.4 * overcast)
        clouds = overcast > 0 ? 1 : random.uniform(0.1, 0.6)
        hazeDistance = random.uniform(350, 700)
        exposure = mix(0.88, 1.2, overcast) * random.uniform(0.92, 1.08)
    }
}
