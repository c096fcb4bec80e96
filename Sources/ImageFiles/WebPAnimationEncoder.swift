internal import CWebP

/// Encodes a film of RGB pictures as one animated WebP file; not `Sendable`, give each task its own.
///
/// ```swift
/// let film = try WebPAnimationEncoder(width: 640, height: 360, .lossy(quality: 80))
/// for frame in frames { try film.add(frame, duration_ms: 500) }
/// let file = try film.finish()
/// ```
public final class WebPAnimationEncoder {
    /// The most pictures of a film.
    public static let mostFrames = 10_000
    /// How long one may be shown, milliseconds.
    public static let durations_ms = 1...60_000

    private let width: Int
    private let height: Int
    private let compression: WebPEncoder.Compression
    private let encoder: OpaquePointer
    private var frameCount = 0
    private var end_ms = 0

    /// Makes an encoder of a film that is repeated for ever.
    ///
    /// - Throws: `ImageFileError` where a side has no pixel or more than 16,383, or libwebp cannot be set up.
    public init(width: Int, height: Int, _ compression: WebPEncoder.Compression) throws {
        let sides = 1...WebPEncoder.mostPixelsASide
        guard sides.contains(width), sides.contains(height) else {
            throw ImageFileError(
                .wrongSize,
                "\(width) x \(height) pixels cannot be a WebP film, which has 1 to \(sides.upperBound) a side"
            )
        }
        var options = WebPAnimEncoderOptions()
        guard WebPAnimEncoderOptionsInit(&options) != 0,
            let encoder = WebPAnimEncoderNew(Int32(width), Int32(height), &options)
        else { throw ImageFileError(.library, "libwebp cannot begin a film of \(width) x \(height) pixels") }
        (self.width, self.height, self.compression, self.encoder) = (width, height, compression, encoder)
    }

    deinit {
        WebPAnimEncoderDelete(encoder)
    }

    /// Adds a picture.
    ///
    /// - Parameters:
    ///   - image: a picture of the film's size.
    ///   - duration_ms: how long it is shown, 1 to 60,000 milliseconds.
    /// - Throws: `ImageFileError` where it has another size or duration, the film has 10,000 pictures, or libwebp fails.
    public func add(_ image: RGBImage, duration_ms: Int) throws {
        guard image.width == width, image.height == height, Self.durations_ms.contains(duration_ms) else {
            throw ImageFileError(
                .wrongSize,
                "\(image.width) x \(image.height) pixels for \(duration_ms) ms do not fit a film of \(width) x \(height) pixels, "
                    + "whose pictures stand for 1 to 60000 ms"
            )
        }
        guard frameCount < Self.mostFrames else {
            throw ImageFileError(.tooLarge, "a film has at most \(Self.mostFrames) pictures")
        }
        try WebPEncoder.withPicture(image, compression) { picture, config in
            try check(WebPAnimEncoderAdd(encoder, picture, Int32(end_ms), &config))
        }
        frameCount += 1
        end_ms += duration_ms
    }

    /// The whole file; the encoder is spent.
    ///
    /// - Throws: `ImageFileError` where no picture was added or libwebp fails.
    public func finish() throws -> [UInt8] {
        guard frameCount > 0 else { throw ImageFileError(.wrongSize, "a film without a picture") }
        try check(WebPAnimEncoderAdd(encoder, nil, Int32(end_ms), nil))
        var data = WebPData()
        defer { WebPDataClear(&data) }
        try check(WebPAnimEncoderAssemble(encoder, &data))
        return Array(UnsafeBufferPointer(start: data.bytes, count: data.size))
    }

    private func check(_ status: Int32) throws {
        guard status == 0 else { return }
        let reason = WebPAnimEncoderGetError(encoder).map { String(cString: $0) } ?? "no reason given"
        throw ImageFileError(.library, "cannot encode a WebP film: \(reason)")
    }
}
