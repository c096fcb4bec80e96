/// A family whose BEV encoder has layers of its own that double or halve the size.
protocol ResizingFamily: BinaryFamily {
    /// The layer of that shape.
    func branches(
        _ name: String,
        _ shape: BDCBranches.Shape,
        inChannels: Int,
        hasBatchNorm: Bool
    ) -> any MapLayer
}

extension ResizingFamily {
    func channelHalving(_ name: String, inChannels: Int, hasBatchNorm: Bool) -> any MapLayer {
        branches(name, .fusionDecrease, inChannels: inChannels, hasBatchNorm: hasBatchNorm)
    }
}
