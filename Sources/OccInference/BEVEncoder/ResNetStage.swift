internal import TensorRuntime

/// The full-precision pre-processing network: one stage that keeps size and channels.
///
/// Source: `CustomResNet` in `backbones/resnet.py` with one stage and `stride=[1]`.
struct ResNetStage: PreProcessNetwork {
    let name: String
    let inChannels: Int
    /// Channels of every block.
    let blockChannels: [Int]

    var typeName: String { "CustomResNet" }
    var children: [any Layer] { blocks }

    /// The first has a 3x3 in its shortcut.
    private var blocks: [BasicBlock] {
        blockChannels.enumerated().map { index, channels in
            BasicBlock(
                name: "\(name).layers.0.\(index)",
                inChannels: index == 0 ? inChannels : blockChannels[index - 1],
                outChannels: channels,
                stride: 1,
                hasDownsampleLayer: index == 0
            )
        }
    }

    func emit(_ input: Tensor, to program: ProgramBuilder, output: Tensor) throws {
        var map = program.asConvolutionInput(input)
        for block in blocks { map = try block.emit(map, to: program) }
        program.reorder(map, to: output)
        program.tap(name + ".0", output)
    }
}
