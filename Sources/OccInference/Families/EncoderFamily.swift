/// A family with its BEV encoder: all that a network takes of a family.
protocol EncoderFamily: BinaryFamily {
    /// The first part of the BEV encoder.
    func bevBackbone(
        _ name: String,
        inChannels: Int,
        stageChannels: [Int],
        hasBatchNorm: Bool
    ) -> any BEVBackbone

    /// The network on the BEV features of every frame, in networks of several frames.
    ///
    /// - Parameter blockChannels: channels of each block.
    func preProcess(
        _ name: String,
        inChannels: Int,
        blockChannels: [Int],
        hasBatchNorm: Bool
    ) -> any PreProcessNetwork

    /// The second part of the BEV encoder.
    func bevNeck(_ name: String, inChannels: [Int], outChannels: Int, hasBatchNorm: Bool) -> any Neck
}

extension EncoderFamily where Self: ResizingFamily {
    func bevBackbone(
        _ name: String,
        inChannels: Int,
        stageChannels: [Int],
        hasBatchNorm: Bool
    ) -> any BEVBackbone {
        BinaryResNetDown(
            name: name,
            inChannels: inChannels,
            stageChannels: stageChannels,
            hasBatchNorm: hasBatchNorm,
            family: self
        )
    }

    func preProcess(
        _ name: String,
        inChannels: Int,
        blockChannels: [Int],
        hasBatchNorm: Bool
    ) -> any PreProcessNetwork {
        BinaryResNet(
            name: name,
            inChannels: inChannels,
            blockChannels: blockChannels,
            hasBatchNorm: hasBatchNorm,
            family: self
        )
    }

    func bevNeck(_ name: String, inChannels: [Int], outChannels: Int, hasBatchNorm: Bool) -> any Neck {
        BinaryFPNLSSUp(
            name: name,
            inChannels: inChannels,
            outChannels: outChannels,
            hasBatchNorm: hasBatchNorm,
            family: self
        )
    }
}
