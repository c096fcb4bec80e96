internal import TensorRuntime

/// The BEV backbone of binary blocks: each of three stages halves the size.
///
/// Source: `BinaryResNetBDCDown`, `BinaryResNetBBCUDown` and `BinaryResNetBiSRNetDown` in `backbones/resnet.py`.
struct BinaryResNetDown: BEVBackbone {
    let name: String
    let inChannels: Int
    let stageChannels: [Int]
    var hasBatchNorm = false
    let family: any ResizingFamily

    var typeName: String { family.bevBackboneType }
    var children: [any Layer] { stages.flatMap { $0 } }

    /// Two blocks a stage, the first of which halves the size.
    private var stages: [[BinaryBlock]] {
        var channels = inChannels
        return stageChannels.enumerated().map { stage, outChannels in
            defer { channels = outChannels }
            return [
                BinaryBlock(
                    name: "\(name).layers.\(stage).0",
                    inChannels: channels,
                    outChannels: outChannels,
                    isDownsample: stage > 0,
                    stride: 2,
                    hasBatchNorm: hasBatchNorm,
                    hasDownsampleLayer: true,
                    family: family
                ),
                BinaryBlock(
                    name: "\(name).layers.\(stage).1",
                    inChannels: outChannels,
                    outChannels: outChannels,
                    isDownsample: false,
                    hasBatchNorm: hasBatchNorm,
                    hasDownsampleLayer: false,
                    family: family
                ),
            ]
        }
    }

    func emit(_ input: Tensor, to program: ProgramBuilder) throws -> [Tensor] {
        var map = input
        return try stages.enumerated().map { stage, blocks in
            for block in blocks { map = try block.emit(map, to: program) }
            program.tap("\(name).\(stage)", map)
            return map
        }
    }
}
