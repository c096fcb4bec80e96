/// What a network says of one sample.
public enum Prediction: Equatable, Sendable {
    /// Class of every voxel, `[200, 200, 16]` in (x, y, z) order, z fastest; 17 is free space.
    case occupancy([UInt8])
    /// Boxes in the key ego frame.
    case detections(Detections)
}
