internal import Foundation

/// From linear light to the bytes of a picture: a soft shoulder, then sRGB, by table.
///
/// `unchecked`: the table is written in `init` only.
final class ToneCurve: @unchecked Sendable {
    static let shared = ToneCurve()

    private static let count = 2048
    /// Indexed by the square root of the light, 0...2.
    private let table: UnsafeMutablePointer<UInt8>

    private init() {
        table = .allocate(capacity: Self.count)
        for i in 0..<Self.count {
            let root = 2 * Float(i) / Float(Self.count - 1)
            let light = root * root
            // x (1 + x / w^2) / (1 + x), white at w = 3 (Reinhard et al. 2002), scaled to keep mid greys.
            let x = light * 1.45
            let mapped = min(x * (1 + x / 9) / (1 + x) * 1.12, 1)
            let screen = mapped <= 0.003_130_8 ? 12.92 * mapped : 1.055 * pow(mapped, 1 / 2.4) - 0.055
            (table + i).initialize(to: UInt8(clamping: Int((screen * 255).rounded())))
        }
    }

    deinit { table.deallocate() }

    /// Stores a colour as three bytes.
    @inline(__always)
    func store(_ light: Vector, _ out: UnsafeMutablePointer<UInt8>) {
        let root = lesser(greater(light, .zero), Vector(repeating: 3.99)).squareRoot()
        let index = root * (Float(Self.count - 1) / 2)
        out[0] = table[Int(index.x)]
        out[1] = table[Int(index.y)]
        out[2] = table[Int(index.z)]
    }
}
