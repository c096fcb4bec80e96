/// What a solid is made of: a pattern with its colours (linear light, 0...1) and parameters.
struct Surface: Sendable {
    /// How the colour varies over the solid and how it answers to light.
    enum Pattern: UInt8, Sendable {
        /// One colour, matt.
        case plain
        /// Lacquer: one colour under a clear coat that mirrors the sky.
        case paint
        /// Dark glass that mirrors the sky.
        case glass
        /// Matt with stains.
        case concrete
        /// Courses of bricks, `first` with joints of `second`.
        case brick
        /// A building's face: wall of `first` with a grid of windows; `scale` is the width of a bay.
        case facade
        /// A curtain wall: panes in a grid, almost all glass.
        case curtain
        /// Leaves; ellipsoids of it have ragged holes.
        case foliage
        /// Bark or planks: streaks along z.
        case streaks
        /// Slanted stripes of `first` and `second`, `scale` wide.
        case stripes
        /// Bands of `first` and `second` stacked in z, `scale` high.
        case bands
        /// Shines by itself.
        case lamp
        /// Blocks of `first` and `second` in turn along the solid's length, `scale` long.
        case blocks
    }

    var pattern: Pattern
    var first: Vector
    var second: Vector = .zero
    var scale: Float = 1
    /// A number that sets solids of the same kind apart, 0..<256.
    var seed: Float = 0
}

/// Collects the surfaces of a world; equal ones need not be shared.
struct SurfaceTable: Sendable {
    private(set) var surfaces: [Surface] = []

    /// Adds a surface and returns its index; after 65,535 the last one is reused.
    mutating func add(
        _ pattern: Surface.Pattern,
        _ first: Vector,
        _ second: Vector = .zero,
        scale: Float = 1,
        seed: Float = 0
    ) -> UInt16 {
        if surfaces.count < Int(UInt16.max) {
            surfaces.append(Surface(pattern: pattern, first: first, second: second, scale: scale, seed: seed))
        }
        return UInt16(surfaces.count - 1)
    }

    /// Linear light of a colour as it is written for screens (sRGB, 0...255 each).
    static func screen(_ red: Float, _ green: Float, _ blue: Float) -> Vector {
        let c = Vector(red, green, blue) / 255
        return c * c * (0.3 + 0.7 * c)
    }
}
