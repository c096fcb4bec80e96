/// What a network says of one sample.
public enum Prediction: Equatable, Sendable {
    /// Class of every voxel, `[200, 200, 16]` in (x, y, z) order, z fastest; 17 is free space.
    case occupancy([UInt8])
    /// Boxes in the key ego frame.
    case detections(Detections)
}

/// The whole output of one module of a network, copied out while a frame runs.
public struct Tap: Equatable, Sendable {
    /// The published module name, with `.k` for the k-th of several outputs: `img_backbone.0`.
    public var name: String
    /// Lengths of its axes, batch x channels x height x width for feature maps.
    public var shape: [Int]
    /// The values, row-major.
    public var values: [Float]

    /// Makes a tap from its parts.
    public init(name: String, shape: [Int], values: [Float]) {
        self.name = name
        self.shape = shape
        self.values = values
    }
}
