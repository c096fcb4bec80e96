import Testing

@testable import TensorRuntime

/// Operations on maps of bfloat16, against the same operations on maps of float32 that hold the same values.
@Suite struct ElementTypeTests {
    /// Copies float32 to float32 or bfloat16, dropping the lower bits: values of the test have none.
    private struct Copying: Operation, PreparedOperation {
        let input: Tensor
        let output: Tensor

        var reads: [Tensor] { [input] }
        var writes: [Tensor] { [output] }

        func bind(_ memory: BoundMemory) throws -> BoundStep {
            let (x, y, count) = (
                memory.floats(input), memory.bytes(output), input.images * input.pixels * input.channels
            )
            let isHalf = output.element == .bfloat16
            return { _ in
                for index in 0..<count {
                    if isHalf {
                        y.storeBytes(of: UInt16(x[index].bitPattern >> 16), toByteOffset: 2 * index, as: UInt16.self)
                    } else {
                        y.storeBytes(of: x[index], toByteOffset: 4 * index, as: Float.self)
                    }
                }
            }
        }
    }

    /// Numbers with eight significant bits that depend on a seed.
    private static func numbers(_ count: Int, _ seed: Int) -> [Float] {
        (0..<count).map { Float((($0 &+ seed) &* 2_654_435_761) >> 7 & 255) / 64 - 2 }
    }

    private static let channels = 32

    private static func scale(_ name: String) -> ScaleParameters {
        ScaleParameters(scale: name + ".scale", shift: name + ".shift")
    }
    private static func rprelu(_ name: String) -> RPReLUParameters {
        RPReLUParameters(shiftIn: name + ".in", slope: name + ".slope", shiftOut: name + ".out")
    }
    private static func convolution(_ name: String, _ kernel: Int) -> BinaryConvolutionParameters {
        BinaryConvolutionParameters(
            inChannels: channels,
            outChannels: channels,
            kernel: kernel,
            signs: name,
            nonzero: name + ".nonzero",
            alpha: name + ".scale",
            beta: name + ".shift",
            activation: rprelu(name)
        )
    }

    private static let parameters: Parameters = {
        var floats: [String: [Float]] = [:]
        var words: [String: [UInt32]] = [:]
        for (index, name) in ["move", "spatial", "pointwise", "squeeze", "excite", "shortcut", "tail"].enumerated() {
            for (part, suffix) in [".scale", ".shift", ".in", ".slope", ".out"].enumerated() {
                floats[name + suffix] = numbers(channels, 31 * index + part).map { $0 / 8 }
            }
            words[name] = (0..<(name == "spatial" ? 9 : 1) * channels).map {
                UInt32(truncatingIfNeeded: $0 &* 0x9e37_79b9)
            }
        }
        floats["step"] = [25.4]
        floats["nothing"] = [0]
        return Parameters(floats, words: words)
    }()

    /// Types of a unit's input, skip and output.
    private typealias Types = (input: ElementType, skip: ElementType, output: ElementType)

    /// What a unit gives for maps of some types.
    private static func result(
        of types: Types,
        _ unit: (ProgramBuilder, _ input: Tensor, _ output: Tensor, _ tail: UnitTail) -> Void,
        stride: Int,
        inChannels: Int
    ) throws -> [Float] {
        let builder = ProgramBuilder()
        func map(_ size: Int, _ channels: Int, _ element: ElementType = .float32) -> Tensor {
            builder.tensor(images: 2, height: size, width: size, channels: channels, element: element)
        }
        let (size, segment) = (6, Segment("all"))
        let sources = [map(size, inChannels), map(size / stride, channels)]
        let output = map(size / stride, channels + 8, types.output).slice(8, channels)
        builder.hold(sources + [output])
        builder.segment(segment) {
            let input = map(size, inChannels, types.input)
            let skip = map(size / stride, channels, types.skip)
            builder.append(Copying(input: sources[0], output: input))
            builder.append(Copying(input: sources[1], output: skip))
            unit(builder, input, output, UnitTail(skip: skip, factor: 0.5, activation: rprelu("tail")))
        }
        let bound = try BoundProgram(Program(builder, PreparationContext(parameters)))
        for (seed, source) in sources.enumerated() {
            let values = numbers(source.images * source.pixels * source.channels, 1000 + seed)
            bound.floats(source).update(from: values, count: values.count)
        }
        try bound.run(segment, RunInputs())
        return bound.planarValues(output)
    }

    /// Units are equal for equal values of their inputs; an output of bfloat16 is as far away as two roundings.
    private static func compare(
        stride: Int,
        inChannels: Int,
        _ unit: (ProgramBuilder, _ input: Tensor, _ output: Tensor, _ tail: UnitTail) -> Void
    ) throws {
        let expected = try result(
            of: (.float32, .float32, .float32),
            unit,
            stride: stride,
            inChannels: inChannels
        )
        let largest = expected.reduce(0) { max($0, abs($1)) }
        #expect(largest > 0.5 && largest < 1000)
        let both: [ElementType] = [.float32, .bfloat16]
        for types in both.flatMap({ input in both.flatMap { skip in both.map { (input, skip, $0) } } }) {
            let found = try result(of: types, unit, stride: stride, inChannels: inChannels)
            if types.2 == .float32 {
                #expect(found == expected, "\(types)")
            } else {
                #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= largest / 128 }, "\(types)")
                #expect(found.allSatisfy { $0.bitPattern & 0xffff == 0 }, "\(types)")
            }
        }
    }

    @Test(arguments: [1, 2]) func unitsOfBDC(stride: Int) throws {
        for scale in [nil, "step"] {
            try Self.compare(stride: stride, inChannels: Self.channels) { builder, input, output, tail in
                let unit = Self.unit(stride: stride, scale: scale)
                builder.append(BDCUnitOperation(unit, input: input, output: output, tail: tail))
            }
        }
    }

    private static func unit(stride: Int, scale: String?) -> BDCUnitOperation.Unit {
        BDCUnitOperation.Unit(
            name: "unit",
            stride: stride,
            move: Self.scale("move"),
            spatial: convolution("spatial", 3),
            pointwise: convolution("pointwise", 1),
            pointwiseScale: scale,
            squeeze: convolution("squeeze", 1),
            excite: convolution("excite", 1),
            shortcut: Self.scale("shortcut")
        )
    }

    /// Runs one unit on a map of 6 x 6, twice if it is observed.
    private static func run(scale: String?, observer: UnitObserver?) throws -> [Float] {
        let builder = ProgramBuilder()
        let input = builder.tensor(images: 2, height: 6, width: 6, channels: channels)
        let output = builder.tensor(images: 2, height: 6, width: 6, channels: channels)
        let segment = Segment("all")
        builder.hold([input, output])
        builder.segment(segment) {
            builder.append(
                BDCUnitOperation(unit(stride: 1, scale: scale), input: input, output: output, tail: UnitTail())
            )
        }
        let bound = try BoundProgram(Program(builder, PreparationContext(parameters)))
        bound.floats(input).update(from: numbers(72 * channels, 5), count: 72 * channels)
        var inputs = RunInputs()
        inputs[UnitObserver.slot] = observer
        try bound.run(segment, inputs)
        if observer != nil { try bound.run(segment, inputs) }
        return bound.planarValues(output)
    }

    /// A scale that an observer's values give brings bytes close to what float32 gives.
    @Test func bytesAreCloseToFloats() throws {
        let observer = UnitObserver()
        let exact = try Self.run(scale: nil, observer: observer)
        #expect(try Self.run(scale: nil, observer: nil) == exact)
        let seen = try #require(observer.values["unit"])
        #expect(observer.values.count == 1 && seen.count == UInt64(2 * 72 * Self.channels))
        #expect(seen.bins.reduce(0, +) == seen.count && seen.largest > 0)
        let last = try #require(seen.bins.lastIndex { $0 > 0 })
        #expect(UnitObserver.Values.lowerBound(ofBin: last) <= seen.largest)
        #expect(UnitObserver.Values.lowerBound(ofBin: last + 1) > seen.largest)

        // The scale reaches far beyond the largest value.
        #expect(seen.largest < 25.4)
        let found = try Self.run(scale: "step", observer: nil)
        let largest = exact.reduce(0) { max($0, abs($1)) }
        let error = zip(exact, found).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(error > 0 && error < largest / 10)
    }

    @Test func aScaleIsAboveZero() {
        let error = #expect(throws: TensorRuntimeError.self) { try Self.run(scale: "nothing", observer: nil) }
        #expect(error?.detail.contains("'nothing'") == true)
    }

    /// Layers that run image by image share their expanded weights.
    @Test func expandedWeightsAreShared() throws {
        let context = try PreparationContext(Self.parameters)
        let convolution = Self.convolution("pointwise", 1)
        let weights = try ByteWeights.shared(convolution, in: context)
        #expect(try ByteWeights.shared(convolution, in: context) === weights)
        #expect(try ByteWeights.shared(Self.convolution("squeeze", 1), in: context) !== weights)
    }

    @Test(arguments: [(1, SignUnitOperation.Shortcut.input), (2, .input), (1, .none)])
    func signUnits(stride: Int, shortcut: SignUnitOperation.Shortcut) throws {
        try Self.compare(stride: stride, inChannels: Self.channels) { builder, input, output, tail in
            let unit = SignUnitOperation.Unit(
                name: "unit",
                inChannels: Self.channels,
                stride: stride,
                moveScale: "move.scale",
                moveShift: "move.shift",
                convolutions: [Self.convolution("spatial", 3)],
                shortcut: shortcut,
                activation: nil
            )
            builder.append(SignUnitOperation(unit, input: input, output: output, tail: tail))
        }
    }

    /// What stands between units keeps the type that it is given and rounds once.
    @Test func stepsBetweenUnits() throws {
        func results(_ element: ElementType) throws -> [[Float]] {
            let builder = ProgramBuilder()
            let segment = Segment("all")
            let sources = (0..<2).map { builder.tensor(images: 1, height: 4 - 2 * $0, width: 4, channels: 32) }
            var outputs: [Tensor] = []
            builder.hold(sources)
            try builder.segment(segment) {
                let maps = sources.map { source in
                    let map = builder.tensor(
                        images: 1,
                        height: source.height,
                        width: source.width,
                        channels: 32,
                        element: element
                    )
                    builder.append(Copying(input: source, output: map))
                    return map
                }
                outputs = [
                    try builder.averagePool(maps[0]),
                    builder.resizeBilinear(maps[0], factor: 2, alignCorners: false), builder.joinBlocked([maps[0]]),
                ]
                outputs.append(builder.mean(outputs[2]))
                outputs.append(builder.joinSpread([outputs[2], outputs[3]]))
                #expect(outputs.allSatisfy { $0.element == element })
                try builder.addNearest(maps[1], to: maps[0])
                outputs.append(maps[0])
                outputs.append(builder.softmax(maps[1]))
                #expect(outputs.last?.element == .float32)
                builder.hold(outputs)
            }
            let bound = try BoundProgram(Program(builder, PreparationContext(Parameters())))
            for (seed, source) in sources.enumerated() {
                let values = Self.numbers(source.pixels * 32, 77 + seed)
                bound.floats(source).update(from: values, count: values.count)
            }
            try bound.run(segment, RunInputs())
            return outputs.map(bound.planarValues)
        }
        let (expected, found) = (try results(.float32), try results(.bfloat16))
        for (exact, rounded) in zip(expected, found) {
            #expect(zip(exact, rounded).allSatisfy { abs($0 - $1) <= max(abs($0), 0.01) / 256 })
        }
        #expect(expected.last == found.last)
    }

    @Test func volumesAreAdded() throws {
        func result(_ element: ElementType) throws -> [Float] {
            let builder = ProgramBuilder()
            let segment = Segment("all")
            func volume(_ images: Int, _ size: Int, _ element: ElementType) -> Tensor {
                builder.tensor(images: images, height: size, width: size, channels: 32, element: element)
            }
            let sources = [volume(2, 3, .float32), volume(4, 6, .float32)]
            let maps = [volume(2, 3, element), volume(4, 6, element)]
            builder.hold(sources + [maps[1]])
            try builder.segment(segment) {
                for (source, map) in zip(sources, maps) { builder.append(Copying(input: source, output: map)) }
                try builder.addTrilinear(maps[0], to: maps[1], hasReLU: true)
            }
            let bound = try BoundProgram(Program(builder, PreparationContext(Parameters())))
            for (seed, source) in sources.enumerated() {
                let values = Self.numbers(source.images * source.pixels * 32, seed)
                bound.floats(source).update(from: values, count: values.count)
            }
            try bound.run(segment, RunInputs())
            return bound.planarValues(maps[1])
        }
        let (expected, found) = (try result(.float32), try result(.bfloat16))
        #expect(zip(expected, found).allSatisfy { abs($0 - $1) <= $0 / 256 })
        #expect(found.contains { $0 > 0 })
    }
}
