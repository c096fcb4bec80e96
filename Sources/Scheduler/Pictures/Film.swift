internal import ImageFiles
internal import Reporting

/// A film of samples as an animated WebP: each is shown for half a second, as nuScenes has two a second, in half size.
final class Film {
    /// Pixels.
    let width: Int
    /// Pixels.
    let height: Int
    private let encoder: WebPAnimationEncoder

    /// Begins a film of pictures of the size of its first.
    ///
    /// - Throws: `ImageFileError`.
    convenience init(like picture: RGBImage) throws {
        let (width, height) = Self.half(picture)
        try self.init(width: width, height: height)
    }

    /// Begins a film of frames of the size of its first.
    ///
    /// - Throws: `ImageFileError`.
    convenience init(likeFrame frame: RGBImage) throws {
        try self.init(width: frame.width, height: frame.height)
    }

    private init(width: Int, height: Int) throws {
        (self.width, self.height) = (width, height)
        encoder = try WebPAnimationEncoder(width: width, height: height, .lossy(quality: 70))
    }

    /// A picture as a film shows it.
    ///
    /// - Throws: `ReportingError`.
    static func frame(_ picture: RGBImage) throws -> RGBImage {
        let (width, height) = half(picture)
        return try ScaledPicture.fit(picture, width: width, height: height)
    }

    /// Adds a sample's picture, or what `frame` made of it.
    ///
    /// - Throws: `ReportingError`, `ImageFileError`.
    func add(_ picture: RGBImage) throws {
        try encoder.add(ScaledPicture.fit(picture, width: width, height: height), duration_ms: 500)
    }

    /// The file; the film is spent.
    ///
    /// - Throws: `ImageFileError`.
    func file() throws -> [UInt8] { try encoder.finish() }

    private static func half(_ picture: RGBImage) -> (Int, Int) {
        (max(1, picture.width / 2), max(1, picture.height / 2))
    }
}
