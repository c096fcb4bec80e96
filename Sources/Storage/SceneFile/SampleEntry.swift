/// What kind of prediction a sample holds.
public enum SampleKind: String, Codable, Equatable, Sendable {
    /// One `.npy` array of voxel labels, `|u1`, [x, y, z].
    case occupancy
    /// One JSON array of boxes.
    case detections
}

/// Where one sample stands in a scene file: a row of the index.
public struct SampleEntry: Codable, Equatable, Sendable {
    /// Token of the sample in the dataset.
    public let token: String
    /// What its content is.
    public let kind: SampleKind
    /// Offset of the data frame's first byte in the file.
    public let offset: Int
    /// Size of the data frame.
    public let frameBytes: Int
    /// Size of its content after decompression.
    public let contentBytes: Int
    /// CRC-32 of the data frame.
    public let frameCRC32: UInt32
}

/// What stands before each data frame: an index row without its place.
struct SampleRecord: Codable, Equatable {
    let token: String
    let kind: SampleKind
    let frameBytes: Int
    let contentBytes: Int
    let frameCRC32: UInt32

    func entry(at offset: Int) -> SampleEntry {
        SampleEntry(
            token: token,
            kind: kind,
            offset: offset,
            frameBytes: frameBytes,
            contentBytes: contentBytes,
            frameCRC32: frameCRC32
        )
    }
}

/// The content of the index frame.
struct SampleIndex: Codable, Equatable {
    let samples: [SampleEntry]
}
