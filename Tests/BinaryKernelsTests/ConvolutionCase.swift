import BinaryKernels
import TestSupport

/// A convolution with everything it needs in guarded memory.
struct ConvolutionCase: CustomStringConvertible, Sendable {
    let height: Int
    let width: Int
    let inChannels: Int
    let outChannels: Int
    let kernel: Int
    let stride: Int
    let zeroActivations: Bool
    let zeroWeights: Bool
    /// 0 for random values, or the weight that all have, all activations being 1: the extremes of the counters.
    var weight: Float = 0
    let seed: UInt64

    var description: String {
        "\(height)x\(width) \(inChannels)->\(outChannels) kernel \(kernel) stride \(stride)"
            + " zeros \(zeroActivations)/\(zeroWeights) all \(weight) seed \(seed)"
    }

    var conv: occ_conv {
        occ_conv(
            height: height,
            width: width,
            in_channels: inChannels,
            out_channels: outChannels,
            kernel: kernel,
            stride: stride
        )
    }

    static let channels = [1, 3, 31, 32, 33, 63, 64, 65, 100, 255, 256, 512, 640]
    static let sides = [(1, 1), (1, 9), (6, 1), (2, 3), (5, 8), (17, 13)]

    /// Every channel count as input and as output, every side with both strides.
    static let all: [ConvolutionCase] = {
        var cases: [ConvolutionCase] = []
        for (i, input) in channels.enumerated() {
            for (j, side) in sides.enumerated() {
                let output = channels[(i * 3 + j * 5 + 2) % channels.count]
                if side.0 * side.1 * input * output > 3_000_000 { continue }
                for stride in [1, 2] {
                    cases.append(
                        ConvolutionCase(
                            height: side.0,
                            width: side.1,
                            inChannels: input,
                            outChannels: output,
                            kernel: (i + j) % 5 == 4 ? 1 : 3,
                            stride: stride,
                            zeroActivations: (i + j + stride) % 3 == 0,
                            zeroWeights: (i + 2 * j + stride) % 4 == 0,
                            seed: UInt64(cases.count + 1)
                        )
                    )
                }
            }
        }
        for zeros in 0..<4 {
            for weight in [Float(-1), 1] {
                cases.append(
                    ConvolutionCase(
                        height: 3,
                        width: 4,
                        inChannels: 640,
                        outChannels: 33,
                        kernel: 3,
                        stride: 1,
                        zeroActivations: zeros & 1 != 0,
                        zeroWeights: zeros & 2 != 0,
                        weight: weight,
                        seed: UInt64(cases.count + 1)
                    )
                )
            }
        }
        return cases
    }()
}

/// The packed operands of a case.
struct ConvolutionOperands {
    let values: [Float]
    let oihw: [Float]
    let signs: GuardedBuffer<UInt32>
    let nonzero: GuardedBuffer<UInt32>
    let weightSigns: GuardedBuffer<UInt32>
    let weightNonzero: GuardedBuffer<UInt32>
    let hasZeroActivation: Bool
    let hasZeroWeight: Bool

    init(_ shape: ConvolutionCase) {
        var generator = SeededGenerator(seed: shape.seed)
        let pixels = shape.height * shape.width
        let words = occ_words(shape.inChannels)
        var values = generator.values(pixels * shape.inChannels, zerosIn256: shape.zeroActivations ? 9 : 0)
        var oihw = generator.values(
            shape.outChannels * shape.inChannels * shape.kernel * shape.kernel,
            zerosIn256: shape.zeroWeights ? 9 : 0
        )
        if shape.seed % 2 == 1 { oihw = withZerosInSomeBlocks(oihw, outChannels: shape.outChannels) }
        if shape.weight != 0 {
            values = values.map { $0 == 0 ? 0 : 1 }
            oihw = oihw.map { $0 == 0 ? 0 : shape.weight }
        }
        self.values = values
        self.oihw = oihw
        signs = GuardedBuffer(pixels * words)
        nonzero = GuardedBuffer(pixels * words)
        let x = GuardedBuffer(values)
        hasZeroActivation = Variant.scalar.table.pack_signs(
            occ_floats(x.base, shape.inChannels),
            pixels,
            shape.inChannels,
            nil,
            nil,
            signs.base,
            nonzero.base
        )
        let count = occ_weight_words(shape.outChannels, shape.inChannels, shape.kernel)
        weightSigns = GuardedBuffer(count)
        weightNonzero = GuardedBuffer(count)
        hasZeroWeight = occ_pack_weights(
            oihw,
            shape.outChannels,
            shape.inChannels,
            shape.kernel,
            weightSigns.base,
            weightNonzero.base
        )
    }

    var activations: occ_signs {
        occ_signs(signs: signs.base, nonzero: hasZeroActivation ? UnsafePointer(nonzero.base) : nil)
    }

    var weights: occ_weights {
        occ_weights(signs: weightSigns.base, nonzero: hasZeroWeight ? UnsafePointer(weightNonzero.base) : nil)
    }
}
