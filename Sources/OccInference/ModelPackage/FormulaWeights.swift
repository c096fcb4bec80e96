/// Deterministic tensors by formula, the same in every language: no file has to be carried along.
///
/// Element i (from 1, in row-major order) of a tensor is `Float(b + a * (2u - 1))`, where u in [0, 1) is drawn by splitmix64 at
/// counter i from the key `FNV-1a-64(name) ^ seed`:
///
///     z = mix(key + i * 0x9E3779B97F4A7C15),  u = (z >> 40) / 2^24
///
/// The arithmetic is in double precision and rounded once.
public struct FormulaWeights: Equatable, Sendable {
    /// The seed of all tensors.
    public let seed: UInt64

    /// Makes a source of tensors.
    public init(seed: UInt64) {
        self.seed = seed
    }

    /// One tensor, in row-major order.
    ///
    /// - Parameters:
    ///   - name: the tensor's name, part of the formula.
    ///   - shape: lengths of the axes; empty for a scalar.
    ///   - amplitude: `a` of the formula.
    ///   - offset: `b` of the formula.
    public func tensor(_ name: String, shape: [Int], amplitude: Double, offset: Double) -> [Float] {
        let key = key(of: name)
        let count = shape.reduce(1, *)
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count {
                let u = Self.uniform(key, UInt64(index) &+ 1)
                buffer[index] = Float(offset + amplitude * (2 * u - 1))
            }
            initialized = count
        }
    }

    /// The numbers in [0, 1) from which a tensor is made.
    public func uniform(_ name: String, count: Int) -> [Double] {
        let key = key(of: name)
        return (0..<count).map { Self.uniform(key, UInt64($0) &+ 1) }
    }

    private func key(of name: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash ^ seed
    }

    @inline(__always)
    private static func uniform(_ key: UInt64, _ counter: UInt64) -> Double {
        var z = key &+ counter &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return Double(z >> 40) * 0x1p-24
    }
}
