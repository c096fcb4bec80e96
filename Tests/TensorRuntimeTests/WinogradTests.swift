import BinaryKernels
import TestSupport
import Testing

@testable import TensorRuntime

/// 3x3 convolutions that the kernels' Winograd takes, against sums in double precision.
@Suite struct WinogradTests {
    struct Case: CustomStringConvertible, Sendable {
        let images: Int
        let height: Int
        let width: Int
        let inChannels: Int
        let outChannels: Int
        let layout: Tensor.Layout
        let addsToOutput: Bool
        let hasReLU: Bool
        var description: String {
            "\(images)x\(height)x\(width) \(inChannels)->\(outChannels) \(layout) adds \(addsToOutput) ReLU \(hasReLU)"
        }
    }

    static let cases = [
        Case(
            images: 1,
            height: 16,
            width: 16,
            inChannels: 16,
            outChannels: 32,
            layout: .channelsLast,
            addsToOutput: false,
            hasReLU: true
        ),
        Case(
            images: 3,
            height: 11,
            width: 15,
            inChannels: 48,
            outChannels: 16,
            layout: .blocked,
            addsToOutput: true,
            hasReLU: true
        ),
        Case(
            images: 2,
            height: 17,
            width: 30,
            inChannels: 32,
            outChannels: 16,
            layout: .channelsLast,
            addsToOutput: true,
            hasReLU: false
        ),
        Case(
            images: 1,
            height: 41,
            width: 43,
            inChannels: 16,
            outChannels: 16,
            layout: .blocked,
            addsToOutput: false,
            hasReLU: false
        ),
    ]

    @Test("within 2^-16 of the sum of absolute products", arguments: cases)
    func agrees(item: Case) throws {
        var generator = SeededGenerator(seed: 5)
        func values(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -1...1, using: &generator) } }
        let weights = values(item.outChannels * item.inChannels * 9)
        let bias = values(item.outChannels)
        let pixels = item.height * item.width
        let (x, before) = (
            values(item.images * item.inChannels * pixels), values(item.images * item.outChannels * pixels)
        )
        var convolution = Convolution(
            name: "layer",
            inChannels: item.inChannels,
            outChannels: item.outChannels,
            kernel: 3,
            weight: "w",
            bias: "b"
        )
        convolution.activation = item.hasReLU ? .relu : nil
        // Not oneDNN's.
        convolution.mayUseWinograd = false

        let builder = ProgramBuilder()
        func tensor(_ channels: Int, _ layout: Tensor.Layout) -> Tensor {
            builder.tensor(
                images: item.images,
                height: item.height,
                width: item.width,
                channels: channels,
                layout: layout
            )
        }
        let (plainInput, plainBefore) = (tensor(item.inChannels, .planar), tensor(item.outChannels, .planar))
        builder.hold([plainInput, plainBefore])
        let segment = Segment("all")
        var result: Tensor?
        try builder.segment(segment) {
            let input = builder.converted(plainInput, to: item.layout)
            let output = builder.converted(plainBefore, to: item.layout)
            result = try builder.convolve(input, convolution, output: output, addsToOutput: item.addsToOutput)
        }
        let output = try #require(result)
        builder.hold([output])
        let context = try PreparationContext(Parameters(["w": weights, "b": bias]))
        let bound = try BoundProgram(Program(builder, context))
        if context.kernels.functions.winograd != nil {
            #expect(context.winogradCount == 1 && context.convolutionCount == 0)
        }
        bound.floats(plainInput).update(from: x, count: x.count)
        bound.floats(plainBefore).update(from: before, count: before.count)
        try bound.run(segment, RunInputs())
        let computed = bound.planarValues(output)

        for image in 0..<item.images {
            for channel in stride(from: image % 3, to: item.outChannels, by: 5) {
                for pixel in stride(from: channel % 2, to: pixels, by: 3) {
                    let at = (image * item.outChannels + channel) * pixels + pixel
                    var exact = Double(bias[channel]) + (item.addsToOutput ? Double(before[at]) : 0)
                    var magnitude = 1.0
                    for input in 0..<item.inChannels {
                        for tap in 0..<9 {
                            let row = pixel / item.width + tap / 3 - 1
                            let column = pixel % item.width + tap % 3 - 1
                            guard row >= 0, row < item.height, column >= 0, column < item.width else { continue }
                            let product =
                                Double(x[(image * item.inChannels + input) * pixels + row * item.width + column])
                                * Double(weights[(channel * item.inChannels + input) * 9 + tap])
                            exact += product
                            magnitude += abs(product)
                        }
                    }
                    if item.hasReLU { exact = max(exact, 0) }
                    #expect(abs(Double(computed[at]) - exact) <= magnitude / 65536, "\(item) at \(at)")
                }
            }
        }
    }

    /// A map of one tile costs more by Winograd than without.
    @Test func leavesSmallMapsToOneDNN() throws {
        let builder = ProgramBuilder()
        let input = builder.tensor(images: 1, height: 4, width: 4, channels: 16)
        builder.hold([input])
        var convolution = Convolution(name: "layer", inChannels: 16, outChannels: 16, kernel: 3, weight: "w", bias: nil)
        convolution.mayUseWinograd = false
        try builder.segment(Segment("all")) {
            _ = try builder.convolve(input, convolution)
        }
        let context = try PreparationContext(Parameters(["w": [Float](repeating: 1, count: 16 * 16 * 9)]))
        _ = try Program(builder, context)
        #expect(context.winogradCount == 0 && context.convolutionCount == 1)
    }
}
