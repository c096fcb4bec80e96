import Testing

@testable import TensorRuntime

/// Programs from declaration to running, with operations of the test's own.
@Suite struct ProgramTests {
    private static let factor = InputSlot<Float>("the factor")

    /// Multiplies by what is bound to a slot.
    private struct Scaling: Operation, PreparedOperation {
        let input: Tensor
        let output: Tensor
        var layer = "scaling"

        var reads: [Tensor] { [input] }
        var writes: [Tensor] { [output] }
        var inputs: [InputID] { [ProgramTests.factor.id] }
        var costs: [LayerCost] {
            [LayerCost(layer: layer, output: output.shape, fullPrecisionMACs: output.pixels)]
        }

        func bind(_ memory: BoundMemory) throws -> BoundStep {
            let (x, y, count) = (memory.floats(input), memory.floats(output), input.pixels)
            return { inputs in
                let factor = inputs.value(ProgramTests.factor)
                for index in 0..<count { y[index] = x[index] * factor }
            }
        }
    }

    private static func pixels(_ builder: ProgramBuilder) -> Tensor {
        builder.tensor(images: 1, height: 1, width: 3, channels: 1)
    }

    @Test func segmentsRunByThemselves() throws {
        let builder = ProgramBuilder()
        let (a, b, c) = (Self.pixels(builder), Self.pixels(builder), Self.pixels(builder))
        builder.hold([a, b, c])
        builder.segment(Segment("first")) {
            builder.stage(Stage("outer")) {
                builder.append(Scaling(input: a, output: b))
                builder.stage(Stage("inner")) { builder.append(Scaling(input: b, output: b)) }
                builder.append(Scaling(input: b, output: b, layer: "last"))
            }
            builder.tap("b", b)
        }
        builder.segment(Segment("second")) { builder.append(Scaling(input: b, output: c)) }
        #expect(builder.costs.map(\.cost.layer) == ["scaling", "scaling", "last", "scaling"])
        #expect(builder.costs.map(\.segment.name) == ["first", "first", "first", "second"])

        let program = try Program(builder, PreparationContext(Parameters()))
        #expect(program.heldByteCount == 36)
        let bound = try BoundProgram(program)
        bound.floats(a).update(from: [1, 2, 3], count: 3)
        var inputs = RunInputs()
        inputs[Self.factor] = 2
        var seen: [String] = []
        try bound.run(Segment("first"), inputs) { stage, taps in
            seen.append(stage?.name ?? "")
            for tap in taps { seen.append("\(tap.name) \(bound.values(of: tap) ?? [])") }
        }
        #expect(seen == ["outer", "inner", "outer", "b [8.0, 16.0, 24.0]"])
        inputs[Self.factor] = 0.5
        try bound.run(Segment("second"), inputs)
        #expect(bound.planarValues(c) == [4, 8, 12])
    }

    @Test func stepsOfASegmentFollowEachOther() async {
        await #expect(processExitsWith: .failure) {
            let builder = ProgramBuilder()
            builder.segment(Segment("a")) {}
            builder.segment(Segment("b")) {}
            builder.segment(Segment("a")) {}
        }
        await #expect(processExitsWith: .failure) {
            let builder = ProgramBuilder()
            builder.segment(Segment("a")) { builder.segment(Segment("b")) {} }
        }
    }

    @Test func everyStepHasASegment() async {
        await #expect(processExitsWith: .failure) {
            let builder = ProgramBuilder()
            _ = builder.softmax(builder.tensor(images: 1, height: 1, width: 1, channels: 2))
        }
    }

    @Test func programsDoNotMix() async {
        await #expect(processExitsWith: .failure) {
            let foreign = ProgramBuilder()
            _ = foreign.tensor(images: 1, height: 1, width: 1, channels: 2)
            let tensor = foreign.tensor(images: 1, height: 1, width: 1, channels: 2)
            let builder = ProgramBuilder()
            builder.segment(Segment("a")) { _ = builder.softmax(tensor) }
        }
    }

    @Test func slotsAreBound() async {
        await #expect(processExitsWith: .failure) {
            let builder = ProgramBuilder()
            let tensor = ProgramTests.pixels(builder)
            builder.segment(Segment("a")) { builder.append(Scaling(input: tensor, output: tensor)) }
            let bound = try BoundProgram(Program(builder, PreparationContext(Parameters())))
            try bound.run(Segment("a"), RunInputs())
        }
    }

    @Test func slotsOfOneTypeAreApart() {
        let (one, other) = (InputSlot<Int>("a"), InputSlot<Int>("a"))
        var inputs = RunInputs()
        inputs[one] = 1
        #expect(inputs[one] == 1 && inputs[other] == nil)
        inputs[one] = nil
        #expect(inputs[one] == nil)
    }

    @Test func buffersCountBytes() throws {
        #expect(ElementType.allCases.map(\.byteCount) == [4, 2, 1, 1])
        for element in ElementType.allCases {
            let builder = ProgramBuilder()
            let whole = builder.tensor(images: 2, height: 3, width: 5, channels: 32, element: element)
            builder.hold([whole])
            #expect(whole.byteCount == 960 * element.byteCount)
            #expect(whole.images(1..<2).slice(8, 4).start(image: 0) == (15 * 32 + 8) * element.byteCount)
            let program = try Program(builder, PreparationContext(Parameters()))
            #expect(program.heldByteCount == 960 * element.byteCount)
        }
    }

    @Test func bytesAreNoFloats() async {
        await #expect(processExitsWith: .failure) {
            let builder = ProgramBuilder()
            let tensor = builder.tensor(images: 1, height: 1, width: 1, channels: 1, element: .uint8)
            builder.hold([tensor])
            _ = try BoundProgram(Program(builder, PreparationContext(Parameters()))).floats(tensor)
        }
    }
}
