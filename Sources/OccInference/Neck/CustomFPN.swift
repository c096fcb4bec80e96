internal import TensorRuntime

/// The full-precision feature pyramid with one output.
///
/// Source: `CustomFPN` in `necks/fpn.py` with `num_outs=1`, `start_level=0`, `out_ids=[0]`.
struct CustomFPN: Neck {
    let name: String
    let inChannels: [Int]
    let outChannels: Int

    var typeName: String { "CustomFPN" }
    var children: [any Layer] { laterals + [output] }

    private var laterals: [ConvolutionLayer] {
        inChannels.enumerated().map {
            ConvolutionLayer(
                name: "\(name).lateral_convs.\($0).conv",
                inChannels: $1,
                outChannels: outChannels,
                kernel: 1,
                hasBias: true
            )
        }
    }
    private var output: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".fpn_convs.0.conv",
            inChannels: outChannels,
            outChannels: outChannels,
            kernel: 3,
            hasBias: true
        )
    }

    func emit(_ inputs: [Tensor], to program: ProgramBuilder) throws -> Tensor {
        let maps = try zip(laterals, inputs).map { layer, input in
            program.asMap(try layer.emit(input, to: program, result: .map))
        }
        for level in stride(from: maps.count - 1, to: 0, by: -1) {
            try program.addNearest(maps[level], to: maps[level - 1])
        }
        let joined = program.asConvolutionInput(maps[0])
        let result = program.asMap(try output.emit(joined, to: program, result: .map))
        program.tap(name + ".0", result)
        return result
    }
}
