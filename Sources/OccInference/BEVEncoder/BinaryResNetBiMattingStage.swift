internal import TensorRuntime

/// The pre-processing network of BiMatting units: one stage that keeps size and channels.
///
/// Source: `BinaryResNetBiMatting` in `backbones/resnet.py` with one stage and `stride=[1]`.
struct BinaryResNetBiMattingStage: PreProcessNetwork {
    let name: String
    let inChannels: Int
    /// Channels of every unit.
    let blockChannels: [Int]

    var typeName: String { "BinaryResNetBiMatting" }
    var children: [any Layer] { units }

    private var units: [BinaryConv2dBiMatting] {
        blockChannels.enumerated().map { index, channels in
            BinaryConv2dBiMatting(
                name: "\(name).layers.0.\(index)",
                inChannels: index == 0 ? inChannels : blockChannels[index - 1],
                outChannels: channels
            )
        }
    }

    func emit(_ input: Tensor, to program: ProgramBuilder, output: Tensor) throws {
        var map = input
        for (index, unit) in units.enumerated() {
            map = try unit.emit(map, to: program, output: index == units.count - 1 ? output : nil)
        }
        program.tap(name + ".0", output)
    }
}
