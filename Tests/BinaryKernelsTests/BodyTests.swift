import BinaryKernels
import TestSupport
import Testing

@Suite("A whole unit")
struct BodyTests {
    struct Case: CustomStringConvertible, Sendable {
        let height: Int
        let width: Int
        let channels: Int
        let outChannels: Int
        let stride: Int
        let zeros: Bool
        var zeroWeights = false
        var description: String {
            "\(height)x\(width) \(channels)->\(outChannels) stride \(stride) zeros \(zeros) of weights \(zeroWeights)"
        }
    }

    static let cases = [
        Case(height: 1, width: 1, channels: 1, outChannels: 1, stride: 1, zeros: false),
        Case(height: 3, width: 5, channels: 33, outChannels: 66, stride: 1, zeros: true),
        Case(height: 8, width: 6, channels: 64, outChannels: 128, stride: 2, zeros: false),
        Case(height: 17, width: 13, channels: 64, outChannels: 64, stride: 1, zeros: true),
        Case(height: 17, width: 13, channels: 100, outChannels: 31, stride: 2, zeros: true),
        Case(height: 5, width: 25, channels: 255, outChannels: 256, stride: 1, zeros: false),
        Case(height: 6, width: 9, channels: 96, outChannels: 100, stride: 1, zeros: false, zeroWeights: true),
        Case(height: 9, width: 7, channels: 40, outChannels: 40, stride: 2, zeros: true, zeroWeights: true),
    ]

    @Test("bdc_body equals its parts, in every variant", arguments: cases)
    func body(item: Case) {
        var generator = SeededGenerator(seed: 99)
        let c = item.channels
        let pixels = item.height * item.width
        var values = generator.values(pixels * c)
        // Zeros in some rows only, so that rows with and without them meet.
        if item.zeros { for i in pixels * c / 3..<pixels * c / 2 where i % 7 == 0 { values[i] = 0 } }
        let x = GuardedBuffer(values)
        let scale = GuardedBuffer(generator.values(c))
        let bias = GuardedBuffer(item.zeros ? [Float](repeating: 0, count: c) : generator.values(c))
        let zeros: UInt64 = item.zeroWeights ? 5 : 0
        let spatial = withZerosInSomeBlocks(generator.values(c * c * 9, zerosIn256: zeros), outChannels: c)
        let weights3 = Packed(spatial, c, c, 3)
        let weights1 = Packed(
            generator.values(item.outChannels * c, zerosIn256: zeros),
            item.outChannels,
            c,
            1
        )
        let first = Parameters(channels: c, rprelu: true, generator: &generator)
        let second = Parameters(channels: item.outChannels, rprelu: true, generator: &generator)
        var conv = occ_conv(
            height: item.height,
            width: item.width,
            in_channels: c,
            out_channels: c,
            kernel: 3,
            stride: item.stride
        )
        var body = occ_body(
            conv: conv,
            move_scale: scale.base,
            move_bias: bias.base,
            weights3x3: weights3.weights,
            epilogue3x3: first.epilogue,
            out_channels: item.outChannels,
            weights1x1: weights1.weights,
            epilogue1x1: second.epilogue,
            bytes1x1: occ_byte_weights()
        )
        let rows = occ_conv_out_height(&conv)
        let outPixels = rows * occ_conv_out_width(&conv)

        let signs = GuardedBuffer<UInt32>(pixels * occ_words(c))
        let nonzero = GuardedBuffer<UInt32>(pixels * occ_words(c))
        let scalar = Variant.scalar.table
        let zero = scalar.pack_signs(occ_floats(x.base, c), pixels, c, scale.base, bias.base, signs.base, nonzero.base)
        #expect(zero == item.zeros)
        var activations = occ_signs(signs: signs.base, nonzero: nonzero.base)
        let middle = GuardedBuffer<Float>(outPixels * c)
        let expected = GuardedBuffer<Float>(outPixels * item.outChannels)
        let expectedSums = GuardedBuffer([Double](repeating: 0, count: item.outChannels))
        let convWorkspace = GuardedBuffer<UInt8>(occ_conv_workspace_bytes(&conv))
        let pointwiseWorkspace = GuardedBuffer<UInt8>(occ_pointwise_workspace_bytes(c, item.outChannels))
        scalar.binary_conv_f32(
            &conv,
            &activations,
            &body.weights3x3,
            &body.epilogue3x3,
            0,
            rows,
            middle.base,
            c,
            convWorkspace.base
        )
        scalar.pointwise_conv(
            outPixels,
            c,
            item.outChannels,
            middle.base,
            c,
            &body.weights1x1,
            &body.epilogue1x1,
            expected.base,
            item.outChannels,
            expectedSums.base,
            pointwiseWorkspace.base
        )

        for variant in Variant.all {
            let y = GuardedBuffer<Float>(outPixels * item.outChannels, against: .start)
            let sums = GuardedBuffer([Double](repeating: 0, count: item.outChannels))
            let workspace = GuardedBuffer<UInt8>(occ_body_workspace_bytes(&body))
            variant.table.bdc_body(
                &body,
                occ_floats(x.base, c),
                occ_floats_out(y.base, item.outChannels),
                sums.base,
                workspace.base
            )
            #expect(y.intact && workspace.intact)
            #expect(y.bytes == expected.bytes, "\(variant): \(item)")
            #expect(sums.bytes == expectedSums.bytes, "\(variant): \(item)")
        }
        expectRoundedOnce(body, values, pixels: outPixels, generator: &generator)
    }

    /// Maps of bfloat16 on either side: the same bits as float32 maps of the same values, rounded as they are written.
    private func expectRoundedOnce(
        _ body: occ_body,
        _ values: [Float],
        pixels: Int,
        generator: inout SeededGenerator
    ) {
        var body = body
        let (c, channels) = (body.conv.in_channels, body.out_channels)
        let x = TypedMap(values, stride: c, element: occ_element_bfloat16)
        let workspace = GuardedBuffer<UInt8>(occ_body_workspace_bytes(&body))
        let expected = GuardedBuffer<Float>(pixels * channels)
        let expectedSums = GuardedBuffer([Double](repeating: 1, count: channels))
        Variant.scalar.table.bdc_body(
            &body,
            x.floatMap,
            occ_floats_out(expected.base, channels),
            expectedSums.base,
            workspace.base
        )
        for variant in Variant.all {
            for (read, written) in [
                (occ_element_float32, occ_element_bfloat16), (occ_element_bfloat16, occ_element_bfloat16),
                (occ_element_bfloat16, occ_element_float32),
            ] {
                let y = TypedMap(
                    [Float](repeating: 9, count: pixels * (channels + 1) - 1),
                    stride: channels + 1,
                    element: written
                )
                let untouched = TypedMap.bytes([9], as: written)
                let sums = GuardedBuffer([Double](repeating: 1, count: channels))
                variant.table.bdc_body(
                    &body,
                    read == occ_element_float32 ? x.floatMap : x.map,
                    y.target,
                    sums.base,
                    workspace.base
                )
                let rows = (0..<pixels).map { pixel in
                    TypedMap.bytes(Array(expected.elements[pixel * channels..<(pixel + 1) * channels]), as: written)
                }
                #expect(y.bytes == Array(rows.joined(separator: untouched)), "\(variant)")
                #expect(sums.bytes == expectedSums.bytes && y.intact && workspace.intact, "\(variant)")
            }
        }
    }

    /// Weights in guarded memory.
    private struct Packed {
        let signs: GuardedBuffer<UInt32>
        let nonzero: GuardedBuffer<UInt32>
        let hasZero: Bool

        init(_ oihw: [Float], _ outChannels: Int, _ inChannels: Int, _ kernel: Int) {
            let count = occ_weight_words(outChannels, inChannels, kernel)
            signs = GuardedBuffer(count)
            nonzero = GuardedBuffer(count)
            hasZero = occ_pack_weights(oihw, outChannels, inChannels, kernel, signs.base, nonzero.base)
        }

        var weights: occ_weights {
            occ_weights(signs: signs.base, nonzero: hasZero ? UnsafePointer(nonzero.base) : nil)
        }
    }
}
