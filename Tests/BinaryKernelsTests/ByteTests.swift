import BinaryKernels
import TestSupport
import Testing

@Suite("1x1 convolution of signed bytes with binary weights")
struct ByteTests {
    struct Case: CustomStringConvertible, Sendable {
        let pixels: Int
        let inChannels: Int
        let outChannels: Int
        let zeros: Bool
        /// 0 for random values, or the sign of all products: the extremes of the sums.
        var extreme: Float = 0
        var description: String { "\(pixels) pixels \(inChannels)->\(outChannels) zeros \(zeros) extreme \(extreme)" }
    }

    static let types = [occ_element_float32, occ_element_bfloat16]

    static let cases = [
        Case(pixels: 1, inChannels: 1, outChannels: 1, zeros: false),
        Case(pixels: 5, inChannels: 3, outChannels: 33, zeros: true),
        Case(pixels: 12, inChannels: 32, outChannels: 16, zeros: false),
        Case(pixels: 61, inChannels: 65, outChannels: 100, zeros: true),
        Case(pixels: 49, inChannels: 256, outChannels: 48, zeros: false),
        Case(pixels: 97, inChannels: 259, outChannels: 510, zeros: false),
        Case(pixels: 13, inChannels: 255, outChannels: 31, zeros: false),
        Case(pixels: 7, inChannels: 640, outChannels: 17, zeros: true),
        Case(pixels: 6, inChannels: 1300, outChannels: 20, zeros: false, extreme: 1),
        Case(pixels: 6, inChannels: 1300, outChannels: 20, zeros: false, extreme: -1),
    ]

    /// Packed and expanded weights in guarded memory.
    private struct Weights {
        let signs: GuardedBuffer<UInt32>
        let nonzero: GuardedBuffer<UInt32>
        let bytes: GuardedBuffer<Int8>
        let sums: GuardedBuffer<Int32>
        let lookup: GuardedBuffer<UInt16>
        /// Whether there is a lookup, which zero weights prevent.
        let hasLookup: Bool
        let hasZero: Bool
        let scale: Float

        init(_ oihw: [Float], _ outChannels: Int, _ inChannels: Int, scale: Float) {
            let count = occ_weight_words(outChannels, inChannels, 1)
            signs = GuardedBuffer(count)
            nonzero = GuardedBuffer(count)
            hasZero = occ_pack_weights(oihw, outChannels, inChannels, 1, signs.base, nonzero.base)
            bytes = GuardedBuffer(occ_byte_weight_count(outChannels, inChannels))
            sums = GuardedBuffer((outChannels + 15) / 16 * 16)
            var packed = occ_weights(signs: signs.base, nonzero: hasZero ? UnsafePointer(nonzero.base) : nil)
            occ_expand_weights(&packed, outChannels, inChannels, bytes.base, sums.base)
            lookup = GuardedBuffer(occ_lookup_weight_count(outChannels, inChannels))
            hasLookup = occ_expand_lookup(&packed, outChannels, inChannels, lookup.base)
            self.scale = scale
        }

        /// The weights without their lookup, and with it if there is one.
        var asBytes: [occ_byte_weights] {
            (hasLookup ? [nil, UnsafePointer(lookup.base)] : [nil])
                .map { occ_byte_weights(weights: bytes.base, sums: sums.base, lookup: $0, scale: scale) }
        }
    }

    @Test("expanded weights stand where the documented order says", arguments: [(5, 33), (17, 64), (48, 1)])
    func expansion(outChannels: Int, inChannels: Int) {
        var generator = SeededGenerator(seed: UInt64(outChannels))
        let oihw = generator.values(outChannels * inChannels, zerosIn256: 30)
        let weights = Weights(oihw, outChannels, inChannels, scale: 1)
        let groups = (inChannels + 3) / 4
        var expected = [Int8](repeating: 0, count: (outChannels + 15) / 16 * groups * 64)
        var sums = [Int32](repeating: 0, count: (outChannels + 15) / 16 * 16)
        for o in 0..<outChannels {
            for i in 0..<inChannels {
                let value = Int8(sign(oihw[o * inChannels + i]))
                expected[(o / 16 * groups + i / 4) * 64 + o % 16 * 4 + i % 4] = value
                sums[o] += Int32(value)
            }
        }
        #expect(weights.bytes.elements == expected && weights.sums.elements == sums)
        #expect(weights.bytes.intact && weights.sums.intact && weights.lookup.intact)
        #expect(weights.hasLookup == !weights.hasZero)
    }

    @Test("every variant follows the definition", arguments: cases)
    func definition(item: Case) {
        var generator = SeededGenerator(seed: UInt64(item.inChannels * 7 + item.pixels))
        let (inputs, outputs, scale) = (item.inChannels, item.outChannels, Float(0.013))
        let (inStride, outStride) = (inputs + 2, outputs + 3)
        var values = generator.values(item.pixels * inStride - 2, zerosIn256: 10)
        var oihw = generator.values(outputs * inputs, zerosIn256: item.zeros ? 10 : 0)
        if item.extreme != 0 {
            values = values.map { _ in item.extreme * 1e30 }
            oihw = oihw.map { _ in 1 }
        }
        // Ties, and what is no number.
        for (at, step) in [Float(0.5), 1.5, -2.5].enumerated() where at < inputs && item.extreme == 0 {
            values[at] = step * scale
        }
        let weights = Weights(oihw, outputs, inputs, scale: scale)
        let parameters = Parameters(channels: outputs, rprelu: item.pixels % 2 == 1, generator: &generator)
        var epilogue = parameters.epilogue

        let inverse = 1 / scale
        var results = [Float](repeating: 9, count: item.pixels * outStride - 3)
        var expectedSums = [Double](repeating: 0.5, count: outputs)
        let x = TypedMap(values, stride: inStride, element: occ_element_float32)
        for pixel in 0..<item.pixels {
            let bytes = (0..<inputs).map { c in
                Int(min(max(values[pixel * inStride + c] * inverse, -127), 127).rounded(.toNearestOrEven))
            }
            for o in 0..<outputs {
                let sum = (0..<inputs).reduce(0) { $0 + bytes[$1] * sign(oihw[o * inputs + $1]) }
                let y = parameters.beta.base[o].addingProduct(Float(sum), parameters.alpha.base[o] * scale)
                let result = parameters.rprelu ? parameters.activate(y, channel: o) : y
                results[pixel * outStride + o] = result
                expectedSums[o] += Double(result)
            }
        }
        let workspace = GuardedBuffer<UInt8>(occ_bytes_workspace_bytes(inputs, outputs))
        for variant in Variant.all {
            for (element, bytes) in Self.types.flatMap({ type in weights.asBytes.map { (type, $0) } }) {
                let y = TypedMap(results.map { _ in 9 }, stride: outStride, element: element)
                let sums = GuardedBuffer([Double](repeating: 0.5, count: outputs))
                var bytes = bytes
                variant.table.pointwise_bytes(
                    item.pixels,
                    inputs,
                    outputs,
                    x.map,
                    &bytes,
                    &epilogue,
                    y.target,
                    sums.base,
                    workspace.base
                )
                #expect(y.bytes == TypedMap.bytes(results, as: element), "\(variant): \(item)")
                #expect(sums.elements == expectedSums, "\(variant): \(item)")
                #expect(y.intact && workspace.intact, "\(variant): \(item)")
            }
        }
    }

    @Test("inputs of bfloat16 and what is no number")
    func inputs() {
        var generator = SeededGenerator(seed: 3)
        let (pixels, channels) = (50, 37)
        var values = generator.values(pixels * channels)
        values[5] = .nan
        values[50] = -.infinity
        let weights = Weights(generator.values(20 * channels), 20, channels, scale: 0.02)
        var epilogue = occ_epilogue()
        let x = TypedMap(values, stride: channels, element: occ_element_bfloat16)
        let workspace = GuardedBuffer<UInt8>(occ_bytes_workspace_bytes(channels, 20))
        var first: [UInt8] = []
        // What is no number is as small as can be.
        let small = TypedMap(values.map { $0.isNaN ? -9 : $0 }, stride: channels, element: occ_element_bfloat16)
        for variant in Variant.all {
            for (map, bytes) in [x.map, x.floatMap, small.map].flatMap({ map in weights.asBytes.map { (map, $0) } }) {
                var bytes = bytes
                let y = GuardedBuffer<Float>(pixels * 20)
                variant.table.pointwise_bytes(
                    pixels,
                    channels,
                    20,
                    map,
                    &bytes,
                    &epilogue,
                    occ_floats_out(y.base, 20),
                    nil,
                    workspace.base
                )
                if first.isEmpty { first = y.bytes }
                #expect(y.bytes == first, "\(variant)")
                #expect(y.elements.allSatisfy { abs($0) <= 127 * 37 * 0.02 })
            }
        }
    }

    @Test("a body is its parts, and shows what its 1x1 reads", arguments: [(5, 7, 40, 40, 1), (6, 4, 33, 66, 2)])
    func body(height: Int, width: Int, channels: Int, outChannels: Int, stride: Int) {
        var generator = SeededGenerator(seed: UInt64(channels))
        var conv = occ_conv(
            height: height,
            width: width,
            in_channels: channels,
            out_channels: channels,
            kernel: 3,
            stride: stride
        )
        let x = TypedMap(generator.values(height * width * channels), stride: channels, element: occ_element_bfloat16)
        let words = occ_weight_words(channels, channels, 3)
        let (signs, nonzero) = (GuardedBuffer<UInt32>(words), GuardedBuffer<UInt32>(words))
        _ = occ_pack_weights(generator.values(channels * channels * 9), channels, channels, 3, signs.base, nonzero.base)
        var spatial = occ_weights(signs: signs.base, nonzero: nil)
        let weights = Weights(generator.values(outChannels * channels), outChannels, channels, scale: 0.5)
        let first = Parameters(channels: channels, rprelu: true, generator: &generator)
        let second = Parameters(channels: outChannels, rprelu: true, generator: &generator)
        var (middleEpilogue, epilogue, bytes) = (first.epilogue, second.epilogue, weights.asBytes.last!)
        var body = occ_body()
        body.conv = conv
        body.weights3x3 = spatial
        body.epilogue3x3 = middleEpilogue
        body.out_channels = outChannels
        body.epilogue1x1 = epilogue
        body.bytes1x1 = bytes

        let rows = occ_conv_out_height(&conv)
        let pixels = rows * occ_conv_out_width(&conv)
        let planes = GuardedBuffer<UInt32>(height * width * occ_words(channels))
        let scalar = Variant.scalar.table
        _ = scalar.pack_signs(x.map, height * width, channels, nil, nil, planes.base, nil)
        var activations = occ_signs(signs: planes.base, nonzero: nil)
        let middle = GuardedBuffer<Float>(pixels * channels)
        let convWorkspace = GuardedBuffer<UInt8>(occ_conv_workspace_bytes(&conv))
        let bytesWorkspace = GuardedBuffer<UInt8>(occ_bytes_workspace_bytes(channels, outChannels))
        scalar.binary_conv_f32(
            &conv,
            &activations,
            &spatial,
            &middleEpilogue,
            0,
            rows,
            middle.base,
            channels,
            convWorkspace.base
        )
        let expected = TypedMap(
            [Float](repeating: 0, count: pixels * outChannels),
            stride: outChannels,
            element: occ_element_bfloat16
        )
        let expectedSums = GuardedBuffer([Double](repeating: 0, count: outChannels))
        scalar.pointwise_bytes(
            pixels,
            channels,
            outChannels,
            occ_floats(middle.base, channels),
            &bytes,
            &epilogue,
            expected.target,
            expectedSums.base,
            bytesWorkspace.base
        )
        let workspace = GuardedBuffer<UInt8>(occ_body_workspace_bytes(&body))
        for variant in Variant.all {
            let y = TypedMap(
                [Float](repeating: 9, count: pixels * outChannels),
                stride: outChannels,
                element: occ_element_bfloat16
            )
            let sums = GuardedBuffer([Double](repeating: 0, count: outChannels))
            variant.table.bdc_body(&body, x.map, y.target, sums.base, workspace.base)
            #expect(y.bytes == expected.bytes && sums.elements == expectedSums.elements, "\(variant)")
            #expect(y.intact && workspace.intact)

            let bins = GuardedBuffer([UInt64](repeating: 0, count: 2048))
            var seen = occ_observation(count: 1, largest: 0.5, bins: bins.base)
            variant.table.observe_body(&body, x.map, &seen, workspace.base)
            #expect(seen.count == UInt64(middle.count + 1))
            #expect(seen.largest == middle.elements.reduce(0.5) { max($0, abs($1)) })
            var counts = [UInt64](repeating: 0, count: 2048)
            for value in middle.elements { counts[Int(abs(value).bitPattern >> 20)] += 1 }
            #expect(bins.elements == counts && bins.intact, "\(variant)")
        }
    }
}
