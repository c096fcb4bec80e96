internal import CZlib

/// CRC-32 as zlib has it, over bytes in any number of pieces.
enum Checksums {
    static func crc32(_ bytes: some Collection<UInt8>, after earlier: UInt32 = 0) -> UInt32 {
        let result = bytes.withContiguousStorageIfAvailable { buffer in
            UInt32(truncatingIfNeeded: crc32_z(UInt(earlier), buffer.baseAddress, buffer.count))
        }
        // zlib takes no bytes at no address for a wish to begin anew.
        return bytes.isEmpty ? earlier : result ?? crc32(Array(bytes), after: earlier)
    }
}
