internal import CSPNG
internal import Glibc

/// Encodes RGB pictures as PNG.
public enum PNGEncoder {
    /// Encodes a picture, 8 bits a colour, no alpha.
    ///
    /// - Throws: `ImageFileError` where the picture is empty or libspng fails.
    public static func encode(_ image: RGBImage) throws -> [UInt8] {
        guard image.width > 0, image.height > 0, image.width <= Int(Int32.max), image.height <= Int(Int32.max) else {
            throw ImageFileError(.wrongSize, "\(image.width) x \(image.height) pixels cannot be a PNG picture")
        }
        guard let context = spng_ctx_new(Int32(SPNG_CTX_ENCODER.rawValue)) else {
            throw ImageFileError(.library, "libspng: out of memory")
        }
        defer { spng_ctx_free(context) }
        spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1)
        var header = spng_ihdr()
        header.width = UInt32(image.width)
        header.height = UInt32(image.height)
        header.bit_depth = 8
        header.color_type = UInt8(SPNG_COLOR_TYPE_TRUECOLOR.rawValue)
        try check(spng_set_ihdr(context, &header))
        try image.pixels.withUnsafeBytes { pixels in
            try check(
                spng_encode_image(
                    context,
                    pixels.baseAddress,
                    pixels.count,
                    Int32(SPNG_FMT_PNG.rawValue),
                    Int32(SPNG_ENCODE_FINALIZE.rawValue)
                )
            )
        }
        var size = 0
        var status: Int32 = 0
        guard let buffer = spng_get_png_buffer(context, &size, &status) else {
            throw ImageFileError(.library, "libspng: \(String(cString: spng_strerror(status)))")
        }
        defer { free(buffer) }
        return Array(UnsafeRawBufferPointer(start: buffer, count: size))
    }

    private static func check(_ status: Int32) throws {
        guard status == 0 else {
            throw ImageFileError(.library, "cannot encode PNG: \(String(cString: spng_strerror(status)))")
        }
    }
}
