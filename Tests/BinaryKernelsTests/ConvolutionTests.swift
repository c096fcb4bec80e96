import BinaryKernels
import TestSupport
import Testing

@Suite("Binary convolution")
struct ConvolutionTests {
    @Test("every variant gives the bits of the scalar one", arguments: ConvolutionCase.all)
    func variants(shape: ConvolutionCase) {
        let operands = ConvolutionOperands(shape)
        var generator = SeededGenerator(seed: shape.seed + 1000)
        let parameters = Parameters(
            channels: shape.outChannels,
            rprelu: shape.seed % 2 == 0,
            generator: &generator
        )
        let reference = run(.scalar, shape, operands, parameters, side: .end)
        for variant in Variant.all {
            let result = run(variant, shape, operands, parameters, side: .start)
            #expect(result.sums == reference.sums, "\(variant): \(shape)")
            #expect(result.values == reference.values, "\(variant): \(shape)")
        }
    }

    @Test("the scalar variant agrees with the definition", arguments: ConvolutionCase.all)
    func definition(shape: ConvolutionCase) {
        let operands = ConvolutionOperands(shape)
        var generator = SeededGenerator(seed: shape.seed + 1000)
        let parameters = Parameters(
            channels: shape.outChannels,
            rprelu: shape.seed % 2 == 0,
            generator: &generator
        )
        var conv = shape.conv
        let width = occ_conv_out_width(&conv)
        let pixels = occ_conv_out_height(&conv) * width
        let output = outputs(.scalar, shape, operands, parameters, side: .end)
        let terms = shape.inChannels * shape.kernel * shape.kernel
        // Odd steps visit all borders and channels over the many shapes.
        let step = max(1, pixels * shape.outChannels * terms / 60_000) | 1
        for index in stride(from: 0, to: pixels * shape.outChannels, by: step) {
            let (pixel, channel) = index.quotientAndRemainder(dividingBy: shape.outChannels)
            let sum = definition(shape, operands, row: pixel / width, column: pixel % width, channel: channel)
            let at = pixel * output.stride + channel
            #expect(output.sums.base[at] == Float(sum), "\(shape) pixel \(pixel) channel \(channel)")
            let value = parameters.apply(Float(sum), channel: channel)
            #expect(output.values.base[at] == value, "\(shape) pixel \(pixel) channel \(channel)")
        }
    }

    @Test("the case list covers zeros, strides and every channel count")
    func coverage() {
        let cases = ConvolutionCase.all
        #expect(Set(cases.map(\.inChannels)) == Set(ConvolutionCase.channels))
        #expect(Set(cases.map(\.outChannels)) == Set(ConvolutionCase.channels))
        for activations in [false, true] {
            for weights in [false, true] {
                #expect(cases.contains { $0.zeroActivations == activations && $0.zeroWeights == weights })
            }
        }
    }

    private struct Outputs {
        let sums: GuardedBuffer<Float>
        let values: GuardedBuffer<Float>
        let stride: Int
    }

    /// Runs in two row ranges into an output with gaps between pixels.
    private func outputs(
        _ variant: Variant,
        _ shape: ConvolutionCase,
        _ operands: ConvolutionOperands,
        _ parameters: Parameters,
        side: GuardedBuffer<Float>.Side
    ) -> Outputs {
        var conv = shape.conv
        #expect(occ_conv_problem(&conv) == nil)
        var activations = operands.activations
        var weights = operands.weights
        var epilogue = parameters.epilogue
        let rows = occ_conv_out_height(&conv)
        let pixels = rows * occ_conv_out_width(&conv)
        let stride = shape.outChannels + 5
        let count = pixels * stride - 5
        let workspace = GuardedBuffer<UInt8>(occ_conv_workspace_bytes(&conv))
        let sums = GuardedBuffer<Float>(count, against: side)
        let values = GuardedBuffer<Float>(count, against: side)
        let halves = GuardedBuffer<UInt16>(count, against: side == .end ? .end : .start)
        for range in [rows / 2..<rows, 0..<rows / 2] {
            // Without an epilogue, the sums themselves.
            var nothing = occ_epilogue()
            variant.table.binary_conv_f32(
                &conv,
                &activations,
                &weights,
                &nothing,
                range.lowerBound,
                range.upperBound,
                sums.base,
                stride,
                workspace.base
            )
            variant.table.binary_conv_f32(
                &conv,
                &activations,
                &weights,
                &epilogue,
                range.lowerBound,
                range.upperBound,
                values.base,
                stride,
                workspace.base
            )
            variant.table.binary_conv_bf16(
                &conv,
                &activations,
                &weights,
                &epilogue,
                range.lowerBound,
                range.upperBound,
                halves.base,
                stride,
                workspace.base
            )
        }
        let areRounded = (0..<count).allSatisfy { index in
            let isGap = index % stride >= shape.outChannels
            return halves.base[index] == (isGap ? 0xA5A5 : occ_bfloat16(values.base[index]))
        }
        #expect(areRounded && halves.intact, "\(variant): \(shape)")
        #expect(sums.intact && values.intact && workspace.intact, "\(variant): \(shape)")
        // The gaps still hold the canary.
        let canary = UInt32(0xA5A5_A5A5)
        for pixel in 0..<(pixels - 1) {
            for gap in shape.outChannels..<stride where sums.base[pixel * stride + gap].bitPattern != canary {
                Issue.record("\(variant) wrote past channel \(shape.outChannels) of pixel \(pixel): \(shape)")
            }
        }
        return Outputs(sums: sums, values: values, stride: stride)
    }

    private func run(
        _ variant: Variant,
        _ shape: ConvolutionCase,
        _ operands: ConvolutionOperands,
        _ parameters: Parameters,
        side: GuardedBuffer<Float>.Side
    ) -> (sums: [UInt8], values: [UInt8]) {
        let output = outputs(variant, shape, operands, parameters, side: side)
        return (output.sums.bytes, output.values.bytes)
    }

    private func definition(
        _ shape: ConvolutionCase,
        _ operands: ConvolutionOperands,
        row: Int,
        column: Int,
        channel: Int
    ) -> Int {
        let taps = shape.kernel * shape.kernel
        let padding = shape.kernel / 2
        var sum = 0
        for tap in 0..<taps {
            let y = row * shape.stride + tap / shape.kernel - padding
            let x = column * shape.stride + tap % shape.kernel - padding
            guard y >= 0, y < shape.height, x >= 0, x < shape.width else { continue }
            let pixel = (y * shape.width + x) * shape.inChannels
            for c in 0..<shape.inChannels {
                let weight = operands.oihw[(channel * shape.inChannels + c) * taps + tap]
                sum += sign(operands.values[pixel + c]) * sign(weight)
            }
        }
        return sum
    }
}
