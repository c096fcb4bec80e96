/// A layer that ends in an addition, to which what stands around it can be attached so that it costs no pass of its own.
protocol BinaryUnit: MapLayer {
    /// Appends the layer and what its tail adds to a program.
    func emit(
        _ input: FeatureMap,
        to program: ProgramBuilder,
        output: FeatureMap?,
        tail: UnitTail
    ) throws -> FeatureMap
}

extension BinaryUnit {
    func emit(_ input: FeatureMap, to program: ProgramBuilder, output: FeatureMap?) throws -> FeatureMap {
        try emit(input, to: program, output: output, tail: UnitTail())
    }
}
