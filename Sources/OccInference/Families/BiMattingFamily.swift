/// BiMatting: units of a binary 3x3 and a binary 1x1, each with a batch norm and a shortcut of its own; networks resize by
/// interpolation.
///
/// Source: `quant_convs_BiMatting.py`.
struct BiMattingFamily: EncoderFamily {
    var suffix: String { "BiMatting" }
    var bevBackboneType: String { "BinaryResNetBiMatting" }

    /// The published unit has no kernel size and always carries batch norms.
    func unit(
        _ name: String,
        inChannels: Int,
        outChannels: Int,
        kernel: Int,
        stride: Int,
        hasBatchNorm: Bool
    ) -> any BinaryUnit {
        BinaryConv2dBiMatting(name: name, inChannels: inChannels, outChannels: outChannels, stride: stride)
    }

    func channelHalving(_ name: String, inChannels: Int, hasBatchNorm: Bool) -> any MapLayer {
        BinaryConv2dBiMatting(name: name, inChannels: inChannels, outChannels: inChannels / 2)
    }

    func bevBackbone(
        _ name: String,
        inChannels: Int,
        stageChannels: [Int],
        hasBatchNorm: Bool
    ) -> any BEVBackbone {
        BinaryResNetBiMatting(name: name, inChannels: inChannels, stageChannels: stageChannels)
    }

    func preProcess(
        _ name: String,
        inChannels: Int,
        blockChannels: [Int],
        hasBatchNorm: Bool
    ) -> any PreProcessNetwork {
        BinaryResNetBiMattingStage(name: name, inChannels: inChannels, blockChannels: blockChannels)
    }

    func bevNeck(_ name: String, inChannels: [Int], outChannels: Int, hasBatchNorm: Bool) -> any Neck {
        BinaryFPNLSSBiMattingUp(name: name, inChannels: inChannels, outChannels: outChannels)
    }
}
