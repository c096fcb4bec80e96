import Testing

@testable import TensorRuntime

/// Convolutions that are alike but for one thing.
@Suite struct ConvolutionTests {
    private static let size = 6
    private static let channels = 16

    /// A 1x1 that doubles every channel.
    private static var doubling: Convolution {
        Convolution(name: "layer", inChannels: channels, outChannels: channels, kernel: 1, weight: "w", bias: nil)
    }
    private static var parameters: Parameters {
        Parameters(["w": (0..<(channels * channels)).map { $0 % (channels + 1) == 0 ? 2 : 0 }])
    }

    /// A layer's primitive is prepared once, but only if all is the same: the layout, the stride of pixels, its own numbers.
    @Test func onePrimitiveForEqualConvolutions() throws {
        let builder = ProgramBuilder()
        func tensor(_ channels: Int, _ layout: Tensor.Layout = .channelsLast, size: Int = Self.size) -> Tensor {
            builder.tensor(images: 1, height: size, width: size, channels: channels, layout: layout)
        }
        let input = tensor(Self.channels)
        let outputs = [
            tensor(Self.channels), tensor(Self.channels), tensor(3 * Self.channels).slice(Self.channels, Self.channels),
            tensor(2 * Self.channels).slice(0, Self.channels),
        ]
        let wide = tensor(2 * Self.channels).slice(Self.channels, Self.channels)
        let small = tensor(Self.channels, size: Self.size / 2)
        builder.hold([input] + outputs + [wide, small])
        let segment = Segment("all")
        try builder.segment(segment) {
            for output in outputs { _ = try builder.convolve(input, Self.doubling, output: output) }
            builder.reorder(input, to: wide)
            _ = try builder.convolve(wide, Self.doubling, output: outputs[1])
            var strided = Self.doubling
            strided.stride = 2
            _ = try builder.convolve(input, strided, output: small)
        }
        let context = try PreparationContext(Self.parameters)
        let bound = try BoundProgram(Program(builder, context))
        #expect(context.convolutionCount == 5)
        let values = (0..<(Self.size * Self.size * Self.channels)).map { Float($0) }
        bound.floats(input).update(from: values, count: values.count)
        try bound.run(segment, RunInputs())
        let planar = bound.planarValues(input)
        for output in outputs { #expect(bound.planarValues(output) == planar.map { 2 * $0 }) }
        var kept: [Float] = []
        for channel in 0..<Self.channels {
            for row in stride(from: 0, to: Self.size, by: 2) {
                for column in stride(from: 0, to: Self.size, by: 2) {
                    kept.append(2 * planar[(channel * Self.size + row) * Self.size + column])
                }
            }
        }
        #expect(bound.planarValues(small) == kept)
    }

    @Test func refusesWhatDoesNotFit() throws {
        let builder = ProgramBuilder()
        let narrow = builder.tensor(images: 1, height: 2, width: 2, channels: 8)
        builder.segment(Segment("a")) {
            let error = #expect(throws: TensorRuntimeError.self) { try builder.convolve(narrow, Self.doubling) }
            #expect(error?.kind == .misfit)
        }
        var volume = Self.doubling
        volume.isVolume = true
        let wide = builder.tensor(images: 2, height: 2, width: 2, channels: 32).slice(0, Self.channels)
        try builder.segment(Segment("b")) { _ = try builder.convolve(wide, volume) }
        #expect(throws: TensorRuntimeError.self) {
            _ = try Program(builder, PreparationContext(Self.parameters))
        }
    }
}
