internal import ImageFiles
internal import Reporting

/// A film of samples as an animated WebP: each is shown for half a second, as nuScenes has two a second, in half size.
final class Film {
    /// Pixels.
    let width: Int
    /// Pixels.
    let height: Int
    private let encoder: WebPAnimationEncoder

    /// Begins a film of the size of a frame.
    ///
    /// - Throws: `ImageFileError`.
    init(like frame: RGBImage) throws {
        (width, height) = (frame.width, frame.height)
        encoder = try WebPAnimationEncoder(width: width, height: height, .lossy(quality: 70))
    }

    /// A picture as a film shows it.
    ///
    /// - Throws: `ReportingError`.
    static func frame(_ picture: RGBImage) throws -> RGBImage {
        try ScaledPicture.fit(picture, width: max(1, picture.width / 2), height: max(1, picture.height / 2))
    }

    /// Adds what `frame` made of a sample's picture; one of another size is fitted in.
    ///
    /// - Throws: `ReportingError`, `ImageFileError`.
    func add(_ frame: RGBImage) throws {
        try encoder.add(ScaledPicture.fit(frame, width: width, height: height), duration_ms: 500)
    }

    /// The file; the film is spent.
    ///
    /// - Throws: `ImageFileError`.
    func file() throws -> [UInt8] { try encoder.finish() }
}
