import BinaryKernels
import TestSupport
import Testing

@Suite("Packing")
struct PackingTests {
    struct Case: CustomStringConvertible, Sendable {
        let channels: Int
        let scaled: Bool
        let biased: Bool
        let zeros: Bool
        let seed: UInt64
        var description: String {
            "\(channels) channels, scale \(scaled), bias \(biased), zeros \(zeros), seed \(seed)"
        }
    }

    static let cases: [Case] = ConvolutionCase.channels.enumerated().flatMap { index, channels in
        [(false, false), (true, true), (false, true), (true, false)].enumerated().map { variant, flags in
            Case(
                channels: channels,
                scaled: flags.0,
                biased: flags.1,
                zeros: (index + variant) % 2 == 0,
                seed: UInt64(index * 4 + variant)
            )
        }
    }

    @Test("signs and zeros of every variant follow the definition", arguments: cases)
    func signs(item: Case) {
        var generator = SeededGenerator(seed: item.seed)
        let pixels = 7
        let stride = item.channels + 3
        let words = occ_words(item.channels)
        var values = generator.values(pixels * stride - 3, zerosIn256: item.zeros ? 20 : 0)
        if item.zeros { values[0] = -0.0 }
        values[1 % values.count] = values.count > 3 ? .nan : values[0]
        let x = GuardedBuffer(values)
        let scale = GuardedBuffer(generator.values(item.channels))
        let bias = GuardedBuffer(generator.values(item.channels, zerosIn256: 128))
        var expectedSigns = [UInt32](repeating: 0, count: pixels * words)
        var expectedNonzero = expectedSigns
        var expectedZero = false
        for pixel in 0..<pixels {
            for c in 0..<item.channels {
                let product = values[pixel * stride + c] * (item.scaled ? scale.base[c] : 1)
                let value = product + (item.biased ? bias.base[c] : 0)
                let bit = UInt32(1) << UInt32(c % 32)
                if value < 0 { expectedSigns[pixel * words + c / 32] |= bit }
                if value == 0 { expectedZero = true } else { expectedNonzero[pixel * words + c / 32] |= bit }
            }
        }
        for variant in Variant.all {
            let signs = GuardedBuffer<UInt32>(pixels * words)
            let nonzero = GuardedBuffer<UInt32>(pixels * words, against: .start)
            let zero = variant.table.pack_signs(
                occ_floats(x.base, stride),
                pixels,
                item.channels,
                item.scaled ? UnsafePointer(scale.base) : nil,
                item.biased ? UnsafePointer(bias.base) : nil,
                signs.base,
                nonzero.base
            )
            #expect(zero == expectedZero, "\(variant): \(item)")
            #expect(signs.elements == expectedSigns, "\(variant): \(item)")
            #expect(nonzero.elements == expectedNonzero, "\(variant): \(item)")
            #expect(signs.intact && nonzero.intact)
            let alone = GuardedBuffer<UInt32>(pixels * words)
            let again = variant.table.pack_signs(
                occ_floats(x.base, stride),
                pixels,
                item.channels,
                item.scaled ? UnsafePointer(scale.base) : nil,
                item.biased ? UnsafePointer(bias.base) : nil,
                alone.base,
                nil
            )
            #expect(again == expectedZero)
            #expect(alone.elements == expectedSigns, "\(variant) without a nonzero plane: \(item)")
        }
    }

    @Test("packed weights stand where the documented order says", arguments: [(3, 5, 33), (1, 17, 64), (3, 48, 1)])
    func weights(kernel: Int, outChannels: Int, inChannels: Int) {
        var generator = SeededGenerator(seed: UInt64(outChannels))
        let taps = kernel * kernel
        let oihw = generator.values(outChannels * inChannels * taps, zerosIn256: 30)
        let words = occ_words(inChannels)
        let count = occ_weight_words(outChannels, inChannels, kernel)
        #expect(count == (outChannels + 15) / 16 * 16 * taps * words)
        let signs = GuardedBuffer<UInt32>(count)
        let nonzero = GuardedBuffer<UInt32>(count)
        let zero = occ_pack_weights(oihw, outChannels, inChannels, kernel, signs.base, nonzero.base)
        #expect(zero == oihw.contains(0))
        var seen = 0
        for o in 0..<outChannels {
            for i in 0..<inChannels {
                for tap in 0..<taps {
                    let word = ((o / 16 * taps + tap) * words + i / 32) * 16 + o % 16
                    let value = oihw[(o * inChannels + i) * taps + tap]
                    #expect(signs.base[word] >> UInt32(i % 32) & 1 == (value < 0 ? 1 : 0))
                    #expect(nonzero.base[word] >> UInt32(i % 32) & 1 == (value != 0 ? 1 : 0))
                    if value != 0 { seen += 1 }
                }
            }
        }
        // Nothing else is set: padding channels and padding bits are zero.
        #expect(nonzero.elements.reduce(0) { $0 + $1.nonzeroBitCount } == seen)
        #expect(zip(signs.elements, nonzero.elements).allSatisfy { $0 & ~$1 == 0 })
    }

    @Test("a weight scale is the mean of the absolute weights")
    func scales() {
        var generator = SeededGenerator(seed: 5)
        let oihw = generator.values(3 * 40 * 9)
        let scales = GuardedBuffer<Float>(3)
        occ_weight_scales(oihw, 3, 40, 3, scales.base)
        for o in 0..<3 {
            let mean = oihw[o * 360..<(o + 1) * 360].reduce(0.0) { $0 + Double(abs($1)) } / 360
            #expect(scales.base[o] == Float(mean))
        }
    }
}
