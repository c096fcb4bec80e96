internal import LZ4Frames

/// Packs the records of chunks; belongs to one thread at a time.
struct ChunkPacker {
    private static let zstdLevel: Int32 = 3

    let compression: ChunkCompression
    private let zstd = ZstdCodec()

    init(_ compression: ChunkCompression) { self.compression = compression }

    func pack(_ records: [UInt8]) throws -> [UInt8] {
        switch compression {
        case .none: records
        case .lz4: try LZ4Frame.compress(records)
        case .zstd: try zstd.pack(records, level: Self.zstdLevel)
        }
    }
}
