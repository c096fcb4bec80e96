internal import ImageFiles

/// What kind of file a picture becomes; its name says it.
enum PictureFormat: Equatable {
    case png, jpeg, webp

    /// The format of a file of this name; nil where the name ends in none that is written.
    init?(path: String) {
        let name = path.split(separator: "/").last.map(String.init)?.lowercased() ?? ""
        switch name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last {
        case "png": self = .png
        case "jpg", "jpeg": self = .jpeg
        case "webp": self = .webp
        default: return nil
        }
    }

    /// The bytes of the file.
    ///
    /// - Throws: `ImageFileError`.
    func encode(_ picture: RGBImage) throws -> [UInt8] {
        switch self {
        case .png: try PNGEncoder.encode(picture)
        // Letters and edges of single voxels: colours keep their resolution.
        case .jpeg: try JPEGEncoder().encode(picture, quality: 92, subsampling: .none444)
        case .webp: try WebPEncoder.encode(picture)
        }
    }
}
