internal import TensorRuntime

/// The full-precision BEV backbone: each of three stages halves the size.
///
/// Source: `CustomResNet` in `backbones/resnet.py` with `block_type='Basic'`.
struct CustomResNet: BEVBackbone {
    let name: String
    let inChannels: Int
    let stageChannels: [Int]

    var typeName: String { "CustomResNet" }
    var children: [any Layer] { stages.flatMap { $0 } }

    /// Two blocks a stage, the first of which halves the size.
    private var stages: [[BasicBlock]] {
        var channels = inChannels
        return stageChannels.enumerated().map { stage, outChannels in
            defer { channels = outChannels }
            return (0..<2).map { block in
                BasicBlock(
                    name: "\(name).layers.\(stage).\(block)",
                    inChannels: block == 0 ? channels : outChannels,
                    outChannels: outChannels,
                    stride: block == 0 ? 2 : 1,
                    hasDownsampleLayer: block == 0
                )
            }
        }
    }

    func emit(_ input: Tensor, to program: ProgramBuilder) throws -> [Tensor] {
        var map = program.asConvolutionInput(input)
        return try stages.enumerated().map { stage, blocks in
            for block in blocks { map = try block.emit(map, to: program) }
            program.tap("\(name).\(stage)", map)
            return map
        }
    }
}
