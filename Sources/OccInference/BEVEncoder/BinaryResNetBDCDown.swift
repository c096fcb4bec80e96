/// The BEV backbone of binary blocks: each of three stages halves the size.
///
/// Source: `BinaryResNetBDCDown`, `BinaryResNetBBCUDown` and `BinaryResNetBiSRNetDown` in `backbones/resnet.py`.
struct BinaryResNetBDCDown: BEVBackbone {
    let name: String
    let inChannels: Int
    let stageChannels: [Int]
    var hasBatchNorm = false
    var family: any ResizingFamily = BDCFamily()

    var typeName: String { "BinaryResNet\(family.suffix)Down" }
    var children: [any Layer] { stages.flatMap { $0 } }

    /// Two blocks a stage, the first of which halves the size.
    private var stages: [[BDCBlock]] {
        var channels = inChannels
        return stageChannels.enumerated().map { stage, outChannels in
            defer { channels = outChannels }
            return [
                BDCBlock(
                    name: "\(name).layers.\(stage).0",
                    inChannels: channels,
                    outChannels: outChannels,
                    isDownsample: stage > 0,
                    stride: 2,
                    hasBatchNorm: hasBatchNorm,
                    hasDownsampleLayer: true,
                    family: family
                ),
                BDCBlock(
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

    func emit(_ input: FeatureMap, to program: ProgramBuilder) throws -> [FeatureMap] {
        var map = input
        return try stages.enumerated().map { stage, blocks in
            for block in blocks { map = try block.emit(map, to: program) }
            program.tap("\(name).\(stage)", map)
            return map
        }
    }
}
