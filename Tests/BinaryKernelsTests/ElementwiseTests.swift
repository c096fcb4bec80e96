import BinaryKernels
import TestSupport
import Testing

@Suite("Elementwise kernels")
struct ElementwiseTests {
    static let channels = [1, 3, 31, 32, 33, 65, 100, 129, 255, 640]

    @Test("residual follows its formula", arguments: channels, [0, 1, 2, 3])
    func residual(channels: Int, features: Int) {
        var generator = SeededGenerator(seed: UInt64(channels * 4 + features))
        let pixels = 6
        let period = features & 1 == 0 ? channels : (channels + 1) / 2
        let x = GuardedBuffer(generator.values(pixels * channels))
        let gate = GuardedBuffer(generator.values(channels))
        let identity = GuardedBuffer(generator.values(pixels * period))
        let identityScale = GuardedBuffer(generator.values(channels))
        let identityShift = GuardedBuffer(generator.values(channels))
        let skip = GuardedBuffer(generator.values(pixels * channels))
        let rprelu = Parameters(channels: channels, rprelu: true, generator: &generator)
        let folded = features & 2 != 0

        var expected = [Float](repeating: 0, count: pixels * channels)
        for pixel in 0..<pixels {
            for c in 0..<channels {
                let product = x.base[pixel * channels + c] * gate.base[c]
                var addend = identity.base[pixel * period + c % period]
                if folded { addend = identityShift.base[c].addingProduct(addend, identityScale.base[c]) }
                var value = product + addend
                if folded { value = rprelu.activate((value + skip.base[pixel * channels + c]) * 0.5, channel: c) }
                expected[pixel * channels + c] = value
            }
        }
        for variant in Variant.all {
            let y = GuardedBuffer(x.elements)
            var parameters = occ_residual(
                x: occ_floats(y.base, channels),
                gate: gate.base,
                identity: occ_floats(identity.base, period),
                identity_channels: period,
                identity_scale: folded ? UnsafePointer(identityScale.base) : nil,
                identity_shift: folded ? UnsafePointer(identityShift.base) : nil,
                skip: folded ? occ_floats(skip.base, channels) : occ_map(),
                factor: folded ? 0.5 : 1,
                shift_in: folded ? UnsafePointer(rprelu.shiftIn.base) : nil,
                slope: folded ? UnsafePointer(rprelu.slope.base) : nil,
                shift_out: folded ? UnsafePointer(rprelu.shiftOut.base) : nil,
                y: occ_floats_out(y.base, channels)
            )
            variant.table.residual(&parameters, pixels, channels)
            #expect(y.elements == expected, "\(variant)")
            #expect(y.intact)
        }
    }

    @Test("means are sums divided once", arguments: channels)
    func means(channels: Int) {
        var generator = SeededGenerator(seed: UInt64(channels))
        let sums = GuardedBuffer(generator.values(channels).map { Double($0) * 5 })
        let means = GuardedBuffer<Float>(channels)
        occ_channel_means(sums.base, channels, 5, means.base)
        #expect(means.elements == sums.elements.map { Float($0 / 5) })
    }

    @Test("pooling drops an odd edge and averages the rest", arguments: [(1, 1), (2, 2), (5, 4), (4, 7)])
    func pooling(height: Int, width: Int) {
        var generator = SeededGenerator(seed: UInt64(height * 10 + width))
        let channels = 37
        let x = GuardedBuffer(generator.values(height * width * channels))
        for variant in Variant.all {
            let y = GuardedBuffer<Float>((height / 2) * (width / 2) * channels)
            variant.table.average_pool2x2(
                occ_floats(x.base, channels),
                height,
                width,
                channels,
                occ_floats_out(y.base, channels)
            )
            for row in 0..<height / 2 {
                for column in 0..<width / 2 {
                    for c in 0..<channels {
                        let at = (2 * row * width + 2 * column) * channels + c
                        let (below, right) = (at + width * channels, channels)
                        let sum = x.base[at] + x.base[at + right] + x.base[below] + x.base[below + right]
                        #expect(y.base[(row * (width / 2) + column) * channels + c] == sum / 4)
                    }
                }
            }
        }
    }

    @Test(
        "bilinear resize follows PyTorch's coordinates",
        arguments: [(1, 1), (2, 3), (5, 4), (7, 9)],
        [true, false]
    )
    func bilinear(size: (Int, Int), aligned: Bool) {
        let (height, width) = size
        var generator = SeededGenerator(seed: UInt64(height * 10 + width))
        let channels = 35
        let x = GuardedBuffer(generator.values(height * width * channels))
        for (outHeight, outWidth) in [(height * 2, width * 2), (height * 4, width * 4), (height + 3, 1)] {
            var reference: [UInt8] = []
            for variant in Variant.all {
                let y = GuardedBuffer<Float>(outHeight * outWidth * channels)
                variant.table.resize_bilinear(
                    occ_floats(x.base, channels),
                    height,
                    width,
                    channels,
                    outHeight,
                    outWidth,
                    aligned,
                    occ_floats_out(y.base, channels)
                )
                if reference.isEmpty { reference = y.bytes }
                #expect(y.bytes == reference, "\(variant)")
                guard variant.table.isa == occ_isa_scalar else { continue }
                for row in 0..<outHeight {
                    let v = Self.source(row, height, outHeight, aligned)
                    for column in 0..<outWidth {
                        let h = Self.source(column, width, outWidth, aligned)
                        for c in 0..<channels {
                            func value(_ row: Int, _ column: Int) -> Double {
                                Double(x.base[(min(row, height - 1) * width + min(column, width - 1)) * channels + c])
                            }
                            let (top, left) = (Int(v), Int(h))
                            let (down, east) = (v - Double(top), h - Double(left))
                            let above = value(top, left) * (1 - east) + value(top, left + 1) * east
                            let below = value(top + 1, left) * (1 - east) + value(top + 1, left + 1) * east
                            let expected = above * (1 - down) + below * down
                            let actual = Double(y.base[(row * outWidth + column) * channels + c])
                            #expect(abs(actual - expected) < 1e-5)
                        }
                    }
                }
            }
        }
    }

    private static func source(_ out: Int, _ size: Int, _ outSize: Int, _ aligned: Bool) -> Double {
        if aligned { return outSize > 1 ? Double(out) * Double(size - 1) / Double(outSize - 1) : 0 }
        return max(0, (Double(out) + 0.5) * Double(size) / Double(outSize) - 0.5)
    }

    @Test("sigmoid")
    func sigmoid() {
        let values = GuardedBuffer<Float>([-200, -1, 0, 1, 200])
        occ_sigmoid(values.base, 5)
        #expect(values.elements[0] == 0)
        #expect(abs(values.elements[1] - 0.268_941_42) < 1e-7)
        #expect(values.elements[2] == 0.5)
        #expect(abs(values.elements[3] - 0.731_058_6) < 1e-7)
        #expect(values.elements[4] == 1)
    }
}
