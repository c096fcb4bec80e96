internal import TensorRuntime

/// The pre-processing network of binary blocks: one stage that keeps size and channels.
///
/// Source: `BinaryResNetBDC`, `BinaryResNetBBCU` and `BinaryResNetBiSRNet` in `backbones/resnet.py` with one stage and `stride=[1]`.
struct BinaryResNet: PreProcessNetwork {
    let name: String
    let inChannels: Int
    /// Channels of every block.
    let blockChannels: [Int]
    var hasBatchNorm = false
    let family: any ResizingFamily

    var typeName: String { family.preProcessType }
    var children: [any Layer] { blocks }

    /// The first has a layer in its shortcut.
    private var blocks: [BinaryBlock] {
        blockChannels.enumerated().map { index, channels in
            BinaryBlock(
                name: "\(name).layers.0.\(index)",
                inChannels: index == 0 ? inChannels : blockChannels[index - 1],
                outChannels: channels,
                isDownsample: false,
                hasBatchNorm: hasBatchNorm,
                hasDownsampleLayer: index == 0,
                shortcutHasBatchNorm: hasBatchNorm,
                family: family
            )
        }
    }

    func emit(_ input: Tensor, to program: ProgramBuilder, output: Tensor) throws {
        var map = input
        for (index, block) in blocks.enumerated() {
            map = try block.emit(map, to: program, output: index == blocks.count - 1 ? output : nil)
        }
        program.tap(name + ".0", output)
    }
}
