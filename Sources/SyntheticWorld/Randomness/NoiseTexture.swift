/// Smooth tileable noise in a table, for textures: values about 0.5, period 256 cells.
///
/// `unchecked`: written in `init` only.
final class NoiseTexture: @unchecked Sendable {
    static let shared = NoiseTexture()

    private static let size = 256
    private let white: UnsafeMutablePointer<Float>
    private let smooth: UnsafeMutablePointer<Float>

    private init() {
        let count = Self.size * Self.size
        white = .allocate(capacity: count)
        smooth = .allocate(capacity: count)
        var random = RandomStream(seed: 0x6E6F_6973_65)
        for i in 0..<count { (white + i).initialize(to: Float(random.unit())) }
        // Four octaves of bilinear value noise, each on its own tileable lattice.
        for y in 0..<Self.size {
            for x in 0..<Self.size {
                var sum: Float = 0
                var weight: Float = 0.5
                for octave in 0..<4 {
                    let cells = 16 << octave
                    let step = Float(cells) / Float(Self.size)
                    let fx = Float(x) * step
                    let fy = Float(y) * step
                    let x0 = Int(fx)
                    let y0 = Int(fy)
                    let u = smoothStep(0, 1, fx - Float(x0))
                    let v = smoothStep(0, 1, fy - Float(y0))
                    func value(_ i: Int, _ j: Int) -> Float {
                        white[
                            ((j % cells) * 37 + octave * 71) % Self.size * Self.size + ((i % cells) * 3 + octave) % 256
                        ]
                    }
                    let top = mix(value(x0, y0), value(x0 + 1, y0), u)
                    let bottom = mix(value(x0, y0 + 1), value(x0 + 1, y0 + 1), u)
                    sum += mix(top, bottom, v) * weight
                    weight *= 0.5
                }
                (smooth + y * Self.size + x).initialize(to: sum / 0.9375)
            }
        }
    }

    deinit {
        white.deallocate()
        smooth.deallocate()
    }

    /// Cloud-like noise, 0...1; one lattice cell of the coarsest octave is 16 units wide.
    @inline(__always)
    func cloud(_ x: Float, _ y: Float) -> Float {
        sample(smooth, x, y)
    }

    /// Grain: interpolated white noise, 0...1, one value a unit.
    @inline(__always)
    func grain(_ x: Float, _ y: Float) -> Float {
        sample(white, x, y)
    }

    /// One white value of the cell that holds the point, 0..<1.
    @inline(__always)
    func cell(_ x: Float, _ y: Float) -> Float {
        white[(index(y) << 8) | index(x)]
    }

    @inline(__always)
    private func index(_ value: Float) -> Int {
        // Coordinates stay far below 2^31; the guard keeps odd input from trapping in the conversion.
        Int(max(min(value.rounded(.down), 1e9), -1e9)) & 255
    }

    @inline(__always)
    private func sample(_ table: UnsafeMutablePointer<Float>, _ x: Float, _ y: Float) -> Float {
        let fx = x.rounded(.down)
        let fy = y.rounded(.down)
        let x0 = index(fx)
        let y0 = index(fy)
        let x1 = (x0 + 1) & 255
        let y1 = (y0 + 1) & 255
        let u = x - fx
        let top = mix(table[(y0 << 8) | x0], table[(y0 << 8) | x1], u)
        let bottom = mix(table[(y1 << 8) | x0], table[(y1 << 8) | x1], u)
        return mix(top, bottom, y - fy)
    }
}
