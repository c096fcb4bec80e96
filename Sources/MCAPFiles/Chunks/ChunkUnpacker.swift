internal import LZ4Frames

/// Unpacks chunks and judges their checksums; belongs to one thread at a time.
final class ChunkUnpacker {
    private let limits: MCAPLimits
    private let zstd = ZstdCodec()

    init(limits: MCAPLimits) { self.limits = limits }

    /// The records of a chunk.
    ///
    /// - Throws: `MCAPError` where the chunk is larger than the limits, is packed in an unknown way, or is damaged.
    func records(of chunk: PackedChunk) throws -> ArraySlice<UInt8> {
        guard let compression = ChunkCompression(rawValue: chunk.compression) else {
            throw MCAPError(
                .unsupported,
                "compressed with '\(chunk.compression)'; lz4, zstd and uncompressed chunks are read"
            )
        }
        let (size, packed) = (chunk.unpackedBytes, chunk.records)
        guard size <= limits.chunkBytes else {
            throw MCAPError(.tooLarge, "\(size) bytes unpacked, at most \(limits.chunkBytes) are read")
        }
        let records: ArraySlice<UInt8>
        switch compression {
        case .none: records = packed
        case .zstd: records = size == 0 ? [] : try zstd.unpack(packed, contentBytes: size)[...]
        case .lz4:
            do {
                records = try packed.withUnsafeBytes {
                    try LZ4Frame.decompressStream($0, maximumContentBytes: size)[...]
                }
            } catch let error as LZ4FrameError {
                throw MCAPError(.damaged, error.description)
            }
        }
        guard records.count == size else {
            throw MCAPError(.damaged, "\(records.count) bytes unpacked where it says \(size)")
        }
        guard chunk.checksum == 0 || Checksums.crc32(records) == chunk.checksum else {
            throw MCAPError(.damaged, "its records do not have the CRC-32 that it says")
        }
        return records
    }
}
