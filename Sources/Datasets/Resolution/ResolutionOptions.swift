/// How strictly a dataset is resolved.
public struct ResolutionOptions: Hashable, Sendable {
    /// Whether scenes with problems are left out and listed, instead of failing the whole resolution.
    public var skipMissing: Bool
    /// How far each image file is looked at.
    public var imageCheck: ImageCheck
    /// How many pictures' headers are compared with the sizes that the tables give.
    public var pictureSizes: PictureSizeCheck
    /// How many problems an error lists at most; the others are counted.
    public var problemLimit: Int

    /// Makes options; strict, with images looked up, unless told otherwise.
    public init(
        skipMissing: Bool = false,
        imageCheck: ImageCheck = .present,
        pictureSizes: PictureSizeCheck = .none,
        problemLimit: Int = 20
    ) {
        self.skipMissing = skipMissing
        self.imageCheck = imageCheck
        self.pictureSizes = pictureSizes
        self.problemLimit = problemLimit
    }
}
