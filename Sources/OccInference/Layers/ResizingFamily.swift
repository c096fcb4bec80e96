/// A family whose BEV encoder has layers of its own that double or halve the size.
protocol ResizingFamily: BinaryFamily {
    /// The layer of that shape.
    func resizing(
        _ name: String,
        _ shape: ResizingShape,
        inChannels: Int,
        hasBatchNorm: Bool
    ) -> any MapLayer
}

extension ResizingFamily {
    var bevBackboneType: String { "BinaryResNet\(suffix)Down" }

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

    func channelHalving(_ name: String, inChannels: Int, hasBatchNorm: Bool) -> any MapLayer {
        resizing(name, .fusionDecrease, inChannels: inChannels, hasBatchNorm: hasBatchNorm)
    }
}
