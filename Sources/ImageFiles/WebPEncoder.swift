internal import CWebP

/// Encodes RGB pictures as WebP.
public enum WebPEncoder {
    /// How a picture is compressed.
    public enum Compression: Equatable, Sendable {
        /// Nothing is lost.
        case lossless
        /// As good as asked, 0 to 100; 90 for camera pictures.
        case lossy(quality: Double)
    }

    /// The longest side that the format has.
    public static let mostPixelsASide = 16_383

    /// Encodes a still picture.
    ///
    /// - Throws: `ImageFileError` where a side has no pixel or more than 16,383, or libwebp fails.
    public static func encode(_ image: RGBImage, _ compression: Compression = .lossless) throws -> [UInt8] {
        try withPicture(image, compression) { picture, config in
            var writer = WebPMemoryWriter()
            WebPMemoryWriterInit(&writer)
            defer { WebPMemoryWriterClear(&writer) }
            let isDone = withUnsafeMutablePointer(to: &writer) { writer in
                picture.pointee.writer = WebPMemoryWrite
                picture.pointee.custom_ptr = UnsafeMutableRawPointer(writer)
                return WebPEncode(&config, picture)
            }
            guard isDone != 0 else {
                throw ImageFileError(
                    .library,
                    "cannot encode WebP: libwebp's error \(picture.pointee.error_code.rawValue)"
                )
            }
            return Array(UnsafeBufferPointer(start: writer.mem, count: writer.size))
        }
    }

    /// Hands a picture to libwebp.
    static func withPicture<T>(
        _ image: RGBImage,
        _ compression: Compression,
        _ body: (UnsafeMutablePointer<WebPPicture>, inout WebPConfig) throws -> T
    ) throws -> T {
        let sides = 1...mostPixelsASide
        guard sides.contains(image.width), sides.contains(image.height) else {
            throw ImageFileError(
                .wrongSize,
                "\(image.width) x \(image.height) pixels cannot be a WebP picture, which has 1 to \(mostPixelsASide) a side"
            )
        }
        var config = WebPConfig()
        var picture = WebPPicture()
        guard WebPConfigInit(&config) != 0, WebPPictureInit(&picture) != 0 else {
            throw ImageFileError(.library, "libwebp has another version than its header")
        }
        switch compression {
        case .lossless:
            // Level 3 of 9: figures are large and of few colours.
            WebPConfigLosslessPreset(&config, 3)
        case .lossy(let quality):
            config.quality = quality.isFinite ? Float(min(max(quality, 0), 100)) : 90
        }
        picture.use_argb = compression == .lossless ? 1 : 0
        picture.width = Int32(image.width)
        picture.height = Int32(image.height)
        defer { WebPPictureFree(&picture) }
        let isTaken = image.pixels.withUnsafeBufferPointer {
            WebPPictureImportRGB(&picture, $0.baseAddress, Int32(image.width * 3))
        }
        guard isTaken != 0 else { throw ImageFileError(.library, "libwebp: out of memory") }
        return try body(&picture, &config)
    }
}
