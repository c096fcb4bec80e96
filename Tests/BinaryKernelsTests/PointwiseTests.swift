import BinaryKernels
import TestSupport
import Testing

@Suite("1x1 convolution with binary weights")
struct PointwiseTests {
    struct Case: CustomStringConvertible, Sendable {
        let pixels: Int
        let inChannels: Int
        let outChannels: Int
        let zeros: Bool
        let seed: UInt64
        var description: String {
            "\(pixels) pixels \(inChannels)->\(outChannels) zeros \(zeros) seed \(seed)"
        }
    }

    static let cases: [Case] = ConvolutionCase.channels.enumerated().flatMap { i, input in
        [1, 5, 12, 31, 221].enumerated().compactMap { j, pixels in
            let output = ConvolutionCase.channels[(i * 4 + j * 3 + 1) % ConvolutionCase.channels.count]
            if pixels * input * output > 8_000_000 { return nil }
            return Case(
                pixels: pixels,
                inChannels: input,
                outChannels: output,
                zeros: (i + j) % 2 == 0,
                seed: UInt64(i * 5 + j)
            )
        }
    }

    /// The sum in the documented order: groups of four channels, zero weights read as + and as -.
    private static func documented(_ x: [Float], _ weights: [Float]) -> Float {
        var sum: Float = 0
        for group in stride(from: 0, to: x.count, by: 4) {
            func term(_ offset: Int, zeroIs zero: Float) -> Float {
                let c = group + offset
                guard c < x.count else { return 0 }
                return (weights[c] == 0 ? zero : Float(sign(weights[c]))) * x[c]
            }
            let ways = [Float(1), -1].map { zero in
                (term(0, zeroIs: zero) + term(1, zeroIs: zero)) + (term(2, zeroIs: zero) + term(3, zeroIs: zero))
            }
            sum += 0.5 * (ways[0] + ways[1])
        }
        return sum
    }

    @Test("every variant gives the bits of the scalar one, and that the documented sum", arguments: cases)
    func variants(item: Case) {
        var generator = SeededGenerator(seed: item.seed + 77)
        let inStride = item.inChannels + 2
        let outStride = item.outChannels + 3
        let x = GuardedBuffer(generator.values(item.pixels * inStride - 2, zerosIn256: 10))
        var oihw = generator.values(item.outChannels * item.inChannels, zerosIn256: item.zeros ? 10 : 0)
        if item.seed % 4 < 2 { oihw = withZerosInSomeBlocks(oihw, outChannels: item.outChannels) }
        let count = occ_weight_words(item.outChannels, item.inChannels, 1)
        let signs = GuardedBuffer<UInt32>(count)
        let nonzero = GuardedBuffer<UInt32>(count)
        let hasZero = occ_pack_weights(oihw, item.outChannels, item.inChannels, 1, signs.base, nonzero.base)
        var weights = occ_weights(signs: signs.base, nonzero: hasZero ? UnsafePointer(nonzero.base) : nil)
        let parameters = Parameters(channels: item.outChannels, rprelu: item.seed % 2 == 0, generator: &generator)
        var epilogue = parameters.epilogue
        var reference: (values: [UInt8], sums: [UInt8]) = ([], [])
        for variant in Variant.all {
            let y = GuardedBuffer<Float>(item.pixels * outStride - 3)
            let sums = GuardedBuffer([Double](repeating: 0.25, count: item.outChannels))
            let workspace = GuardedBuffer<UInt8>(occ_pointwise_workspace_bytes(item.inChannels, item.outChannels))
            variant.table.pointwise_conv(
                item.pixels,
                item.inChannels,
                item.outChannels,
                x.base,
                inStride,
                &weights,
                &epilogue,
                y.base,
                outStride,
                sums.base,
                workspace.base
            )
            #expect(y.intact && sums.intact && workspace.intact, "\(variant): \(item)")
            if variant.table.isa == occ_isa_scalar {
                reference = (y.bytes, sums.bytes)
                check(item, x, oihw, parameters, y, sums)
            }
            #expect(y.bytes == reference.values, "\(variant): \(item)")
            #expect(sums.bytes == reference.sums, "\(variant): \(item)")
        }
    }

    private func check(
        _ item: Case,
        _ x: GuardedBuffer<Float>,
        _ oihw: [Float],
        _ parameters: Parameters,
        _ y: GuardedBuffer<Float>,
        _ sums: GuardedBuffer<Double>
    ) {
        let outputs = item.pixels * item.outChannels
        for index in stride(from: 0, to: outputs, by: max(1, outputs * item.inChannels / 12_000) | 1) {
            let (pixel, o) = index.quotientAndRemainder(dividingBy: item.outChannels)
            let from = pixel * (item.inChannels + 2)
            let row = (0..<item.inChannels).map { x.base[from + $0] }
            let column = Array(oihw[o * item.inChannels..<(o + 1) * item.inChannels])
            let sum = Self.documented(row, column)
            #expect(y.base[pixel * (item.outChannels + 3) + o] == parameters.apply(sum, channel: o), "\(item)")
            let exact = zip(row, column).reduce(0.0) { $0 + Double($1.0) * Double(sign($1.1)) }
            #expect(abs(Double(sum) - exact) < 1e-6 * Double(item.inChannels) + 1e-6, "\(item)")
        }
        for o in 0..<item.outChannels {
            var total = 0.25
            for pixel in 0..<item.pixels { total += Double(y.base[pixel * (item.outChannels + 3) + o]) }
            #expect(sums.base[o] == total, "\(item) channel \(o)")
        }
    }
}
