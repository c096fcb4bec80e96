import Testing

@testable import TensorRuntime

/// Convolutions of bytes and of bfloat16 against sums by their definition.
@Suite struct LowPrecisionTests {
    private static let size = 5
    private static let (inputs, outputs) = (32, 48)

    private static func layer(_ name: String, kernel: Int, _ inputs: Int, activation: Activation?) -> Convolution {
        var layer = Convolution(
            name: name,
            inChannels: inputs,
            outChannels: outputs,
            kernel: kernel,
            weight: name + ".weight",
            bias: name + ".bias"
        )
        layer.activation = activation
        return layer
    }

    /// Numbers between -1 and 1.
    private static func numbers(_ count: Int, seed: UInt64) -> [Float] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(Int64(bitPattern: state) >> 40) / Float(1 << 23)
        }
    }

    private static func values(of layer: Convolution, seed: UInt64) -> [String: [Float]] {
        [
            layer.weight: numbers(layer.weightShape.reduce(1, *), seed: seed),
            layer.bias!: numbers(layer.outChannels, seed: seed + 1),
        ]
    }

    /// A convolution by its definition, in double, of values in `[channels, rows, columns]` order.
    private static func convolved(_ layer: Convolution, _ input: [Float], weights: [Float], bias: [Float]) -> [Double] {
        let (size, reach) = (size, layer.kernel / 2)
        var result: [Double] = []
        for output in 0..<layer.outChannels {
            for row in 0..<size {
                for column in 0..<size {
                    var sum = Double(bias[output])
                    for channel in 0..<layer.inChannels {
                        for y in 0..<layer.kernel {
                            for x in 0..<layer.kernel {
                                let (from, at) = (row + y - reach, column + x - reach)
                                guard (0..<size).contains(from), (0..<size).contains(at) else { continue }
                                let plane = output * layer.inChannels + channel
                                let weight = weights[(plane * layer.kernel + y) * layer.kernel + x]
                                sum += Double(weight) * Double(input[(channel * size + from) * size + at])
                            }
                        }
                    }
                    result.append(layer.activation == .relu ? max(sum, 0) : sum)
                }
            }
        }
        return result
    }

    /// Values as a scale of bytes has them.
    private static func rounded(_ values: [Float], end: Float, _ element: ElementType) -> [Float] {
        let largest = element == .uint8 ? Float(255) : 127
        let unit = end / largest
        return values.map {
            max(element == .uint8 ? 0 : -largest - 1, min(largest, ($0 / unit).rounded(.toNearestOrEven))) * unit
        }
    }

    private static func roundedWeights(_ layer: Convolution, _ weights: [Float], of input: ElementType) -> [Float] {
        let largest: Float = input == .uint8 && !HostArithmetic.hasByteProducts ? 63 : 127
        let count = weights.count / layer.outChannels
        return (0..<layer.outChannels).flatMap { channel -> [Float] in
            let row = weights[(channel * count)..<((channel + 1) * count)]
            let unit = row.map(abs).max()! / largest
            return row.map { ($0 / unit).rounded(.toNearestOrEven) * unit }
        }
    }

    private static func run(
        _ parameters: [String: [Float]],
        _ arithmetic: Arithmetic,
        _ values: [Float],
        _ build: (ProgramBuilder, Tensor) throws -> Tensor
    ) throws -> [Float] {
        let builder = ProgramBuilder(arithmetic)
        let input = builder.tensor(images: 1, height: size, width: size, channels: inputs)
        builder.hold([input])
        let segment = Segment("all")
        let result = try builder.segment(segment) { try build(builder, input) }
        builder.hold([result])
        let bound = try BoundProgram(Program(builder, PreparationContext(Parameters(parameters))))
        let start = bound.floats(input)
        for channel in 0..<inputs {
            for pixel in 0..<(size * size) {
                start[pixel * inputs + channel] = values[channel * size * size + pixel]
            }
        }
        try bound.run(segment, RunInputs())
        return bound.planarValues(result)
    }

    @Test(arguments: [1, 3])
    func bytesAreMultipliedExactly(kernel: Int) throws {
        let layer = Self.layer("layer", kernel: kernel, Self.inputs, activation: nil)
        var parameters = Self.values(of: layer, seed: 7)
        // Some inputs lie beyond the scale's end.
        parameters[layer.inputScale] = [0.75]
        let values = Self.numbers(Self.inputs * Self.size * Self.size, seed: 3)
        let found = try Self.run(parameters, .int8 { _ in true }, values) {
            try $0.convolve($1, layer, result: .float32)
        }
        let expected = Self.convolved(
            layer,
            Self.rounded(values, end: 0.75, .int8),
            weights: Self.roundedWeights(layer, parameters[layer.weight]!, of: .int8),
            bias: parameters[layer.bias!]!
        )
        // Where oneDNN halves weights against overflow, it rounds them once more.
        let bound = HostArithmetic.hasByteProducts ? 1e-4 : 0.2
        for (found, expected) in zip(found, expected) { #expect(abs(Double(found) - expected) < bound) }
    }

    @Test func bytesGoFromLayerToLayer() throws {
        let first = Self.layer("first", kernel: 1, Self.inputs, activation: .relu)
        let second = Self.layer("second", kernel: 3, Self.outputs, activation: .relu)
        let shortcut = Self.layer("shortcut", kernel: 1, Self.inputs, activation: nil)
        let last = Self.layer("last", kernel: 1, Self.outputs, activation: nil)
        var parameters: [String: [Float]] = [:]
        for (index, layer) in [first, second, shortcut, last].enumerated() {
            parameters.merge(Self.values(of: layer, seed: UInt64(100 * index + 1))) { $1 }
            parameters[layer.inputScale] = [1]
        }
        parameters[first.outputScale] = [8]
        parameters[shortcut.outputScale] = [9]
        parameters[second.outputScale] = [60]
        let values = Self.numbers(Self.inputs * Self.size * Self.size, seed: 5)
        let names = Set(parameters.keys)
        let found = try Self.run(parameters, .int8 { names.contains($0) }, values) { program, input in
            let hidden = try program.convolve(input, first)
            #expect(hidden.element == .uint8 && hidden.scale == first.outputScale)
            let sum = try program.convolve(input, shortcut)
            #expect(sum.element == .int8)
            let joined = try program.convolve(hidden, second, output: sum, addsToOutput: true)
            #expect(joined.element == .uint8 && joined.buffer == sum.buffer)
            return try program.convolve(joined, last, result: .float32)
        }
        func plain(_ layer: Convolution, _ input: [Float], _ element: ElementType) -> [Double] {
            var layer = layer
            layer.activation = nil
            return Self.convolved(
                layer,
                input,
                weights: Self.roundedWeights(layer, parameters[layer.weight]!, of: element),
                bias: parameters[layer.bias!]!
            )
        }
        let input = Self.rounded(values, end: 1, .int8)
        let hidden = Self.rounded(plain(first, input, .int8).map { Float(max($0, 0)) }, end: 8, .uint8)
        let added = Self.rounded(plain(shortcut, input, .int8).map { Float($0) }, end: 9, .int8)
        let joined = zip(plain(second, hidden, .uint8), added).map { Float(max($0 + Double($1), 0)) }
        let expected = plain(last, Self.rounded(joined, end: 60, .uint8), .uint8)
        // Sums in another order may round to the next byte of a scale: a step of 60 / 255 times weights below 1.
        let deviation = (zip(found, expected).map { abs(Double($0) - $1) }).max()!
        #expect(deviation < (HostArithmetic.hasByteProducts ? 1 : 6), "\(deviation)")
    }

    @Test func layersWithoutScalesAreComputedHigher() throws {
        let layer = Self.layer("layer", kernel: 3, Self.inputs, activation: .relu)
        let parameters = Self.values(of: layer, seed: 11)
        let values = Self.numbers(Self.inputs * Self.size * Self.size, seed: 9)
        let expected = Self.convolved(layer, values, weights: parameters[layer.weight]!, bias: parameters[layer.bias!]!)
        let lower = try Self.run(parameters, .int8 { _ in false }, values) {
            let result = try $0.convolve($1, layer, result: .float32)
            #expect(result.element == .float32)
            return result
        }
        // 288 products of numbers below 1 of 8 bits each.
        for (found, expected) in zip(lower, expected) { #expect(abs(Double(found) - expected) < 0.3) }
        var exact = layer
        exact.lowest = .float32
        let higher = try Self.run(parameters, .int8 { _ in true }, values) {
            try $0.convolve($1, exact, result: .float32)
        }
        for (found, expected) in zip(higher, expected) { #expect(abs(Double(found) - expected) < 1e-4) }
        let within = try Self.run(parameters, .int8 { _ in true }, values) { program, input in
            try program.inFloat32 { try program.convolve(input, layer) }
        }
        #expect(within == higher)
    }

    @Test(.enabled(if: HostArithmetic.hasBFloat16, "this processor does not multiply bfloat16"))
    func bfloat16KeepsEightBits() throws {
        let layer = Self.layer("layer", kernel: 3, Self.inputs, activation: .relu)
        let parameters = Self.values(of: layer, seed: 13)
        func upperHalf(_ value: Float) -> Float {
            let bits = value.bitPattern
            return Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000)
        }
        let values = Self.numbers(Self.inputs * Self.size * Self.size, seed: 15)
        let found = try Self.run(parameters, .bfloat16, values) { try $0.convolve($1, layer, result: .float32) }
        let expected = Self.convolved(
            layer,
            values.map(upperHalf),
            weights: parameters[layer.weight]!.map(upperHalf),
            bias: parameters[layer.bias!]!
        )
        for (found, expected) in zip(found, expected) { #expect(abs(Double(found) - expected) < 1e-4) }
    }

    /// A filter that has died gives its bias, as in float32.
    @Test func deadFiltersGiveTheirBias() throws {
        let layer = Self.layer("layer", kernel: 1, Self.inputs, activation: nil)
        var parameters = Self.values(of: layer, seed: 19)
        parameters[layer.inputScale] = [1]
        let least = Float(bitPattern: 70_000)
        for weight in 0..<Self.inputs { parameters[layer.weight]![weight] = weight % 2 == 0 ? least : 0 }
        let values = Self.numbers(Self.inputs * Self.size * Self.size, seed: 21)
        let found = try Self.run(parameters, .int8 { _ in true }, values) {
            try $0.convolve($1, layer, result: .float32)
        }
        let bias = parameters[layer.bias!]![0]
        #expect(found.prefix(Self.size * Self.size).allSatisfy { abs($0 - bias) < 1e-6 })
    }

    @Test func badScalesAreErrors() throws {
        let layer = Self.layer("layer", kernel: 1, Self.inputs, activation: nil)
        for bad: Float in [0, -1, .nan, .infinity, 2e-38, 3e38] {
            var parameters = Self.values(of: layer, seed: 17)
            parameters[layer.inputScale] = [bad]
            let error = #expect(throws: TensorRuntimeError.self) {
                try Self.run(parameters, .int8 { _ in true }, []) { try $0.convolve($1, layer, result: .float32) }
            }
            #expect(error?.detail.contains("'layer.input_scale'") == true)
        }
    }
}
