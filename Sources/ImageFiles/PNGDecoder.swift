internal import CSPNG

/// Decodes PNG pictures to RGB; transparency is dropped.
public enum PNGDecoder {
    /// Decodes a picture of any colour type.
    ///
    /// - Parameters:
    ///   - png: the whole file.
    ///   - pixelLimit: the largest number of pixels that is decoded.
    /// - Throws: `ImageFileError` where it is no PNG picture, damaged, or larger than the limit.
    public static func decode(_ png: [UInt8], pixelLimit: Int = 64 << 20) throws -> RGBImage {
        guard let context = spng_ctx_new(0) else { throw ImageFileError(.library, "libspng: out of memory") }
        defer { spng_ctx_free(context) }
        return try png.withUnsafeBytes { bytes in
            // Bounds on chunks, so that a small file cannot ask for much memory.
            try check(spng_set_chunk_limits(context, 16 << 20, 32 << 20))
            try check(spng_set_png_buffer(context, bytes.baseAddress, bytes.count))
            var header = spng_ihdr()
            try check(spng_get_ihdr(context, &header))
            guard Int(header.width) * Int(header.height) <= pixelLimit else {
                throw ImageFileError(
                    .tooLarge,
                    "a PNG picture of \(header.width) x \(header.height) pixels, at most \(pixelLimit) are decoded"
                )
            }
            let format = Int32(SPNG_FMT_RGB8.rawValue)
            var size = 0
            try check(spng_decoded_image_size(context, format, &size))
            var pixels = [UInt8](repeating: 0, count: size)
            try pixels.withUnsafeMutableBytes {
                try check(spng_decode_image(context, $0.baseAddress, $0.count, format, 0))
            }
            return RGBImage(width: Int(header.width), height: Int(header.height), pixels: pixels)
        }
    }

    private static func check(_ status: Int32) throws {
        guard status == 0 else {
            throw ImageFileError(.corrupt, "a damaged PNG picture: \(String(cString: spng_strerror(status)))")
        }
    }
}
