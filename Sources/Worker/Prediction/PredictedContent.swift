/// What is stored of a sample.
enum PredictedContent: Equatable, Sendable {
    /// Voxel labels, row-major, and the lengths of the axes x, y, z.
    case occupancy([UInt8], shape: [Int])
    /// Boxes as a JSON array; see `DetectionDocument`.
    case detections([UInt8])
}
