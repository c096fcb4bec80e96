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

    func channelHalving(_ name: String, inChannels: Int, hasBatchNorm: Bool) -> any MapLayer {
        resizing(name, .fusionDecrease, inChannels: inChannels, hasBatchNorm: hasBatchNorm)
    }
}
