public import ImageFiles

/// Turns camera pictures into the network's input, as the published pipeline does: decode, shrink, cut, normalise.
///
/// ```swift
/// let preprocessor = try ImagePreprocessor()          // one a slot
/// let geometry = try preprocessor.preprocess(jpeg, into: rgbOfThisCamera)
/// ImageNormalization.apply(UnsafeRawBufferPointer(rgbOfThisCamera), into: inputOfThisCamera)
/// ```
///
/// Memory is kept from picture to picture and grows only when a larger picture or a new size comes. Not `Sendable`.
public final class ImagePreprocessor {
    /// Width of the network's input.
    public let inputWidth: Int
    /// Height of the network's input.
    public let inputHeight: Int

    private let resizeTest: Double
    private let cropHeight: Double
    private let reducesDecoding: Bool
    private let decoder: JPEGDecoder
    private var decoded: UnsafeMutableRawBufferPointer
    /// The picture of another camera, made of the decoded one; empty until there is one.
    private var warped = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    /// Prepared resamplers, latest last; a rig has a few sizes at most.
    private var resamplers: [BicubicResampler] = []

    private static let mostResamplers = 16

    /// Prepares for a network's input size.
    ///
    /// - Parameters:
    ///   - inputWidth: `input_size[1]` of the published config.
    ///   - inputHeight: `input_size[0]`.
    ///   - resizeTest: `resize_test`, 0 in all published configs.
    ///   - cropHeight: mean of `crop_h`, 0 in all published configs.
    ///   - reducesDecoding: whether JPEG pictures are decoded to fewer pixels where they are shrunk anyway (`ImageGeometry.reduction`):
    ///     quicker, and no longer the published pipeline's bytes. Pictures that another camera is made of are decoded whole.
    ///   - pixelLimit: the largest camera picture that is decoded.
    /// - Throws: `ImageFileError` where libjpeg-turbo cannot be set up.
    public init(
        inputWidth: Int = 704,
        inputHeight: Int = 256,
        resizeTest: Double = 0,
        cropHeight: Double = 0,
        reducesDecoding: Bool = false,
        pixelLimit: Int = 64 << 20
    ) throws {
        self.inputWidth = inputWidth
        self.inputHeight = inputHeight
        self.resizeTest = resizeTest
        self.cropHeight = cropHeight
        self.reducesDecoding = reducesDecoding
        self.decoder = try JPEGDecoder(pixelLimit: pixelLimit)
        self.decoded = .allocate(byteCount: 1600 * 900 * 3 + WarpTable.slack, alignment: 64)
    }

    deinit {
        decoded.deallocate()
        warped.deallocate()
    }

    /// Bytes of one camera's input, before normalisation, and numbers after it.
    public var inputCount: Int { inputWidth * inputHeight * 3 }

    /// Decodes, shrinks and cuts one JPEG picture.
    ///
    /// - Parameters:
    ///   - jpeg: the whole file.
    ///   - rgb: [inputHeight, inputWidth, 3] bytes, all written.
    /// - Returns: what was done, with `post_rot` and `post_tran`.
    /// - Throws: `ImageFileError`, which names no file: the caller knows it.
    @discardableResult
    public func preprocess(
        _ jpeg: UnsafeRawBufferPointer,
        into rgb: UnsafeMutableRawBufferPointer
    ) throws -> ImageGeometry {
        try preprocess(jpeg, into: rgb) { _, _ in nil }
    }

    /// Decodes one JPEG picture, makes that of another camera of it, shrinks and cuts that.
    ///
    /// - Parameters:
    ///   - jpeg: the whole file.
    ///   - rgb: [inputHeight, inputWidth, 3] bytes, all written.
    ///   - view: where that picture reads in one of a width and a height, pixels; nil takes the decoded picture itself.
    /// - Returns: what was done, of a view to the picture that was made, with `post_rot` and `post_tran`.
    /// - Throws: `ImageFileError`, which names no file: the caller knows it; and what `view` throws.
    public func preprocess(
        _ jpeg: UnsafeRawBufferPointer,
        into rgb: UnsafeMutableRawBufferPointer,
        view: (_ width: Int, _ height: Int) throws -> WarpTable?
    ) throws -> ImageGeometry {
        let header = try decoder.header(of: jpeg)
        // Before anything is decoded: a size that cannot be used is refused at once.
        let table = try view(header.width, header.height)
        let geometry = try geometry(width: table?.width ?? header.width, height: table?.height ?? header.height)
        let reduction = reducesDecoding && table == nil ? geometry.reduction : 1
        let resampler = resampler(geometry.reduced(by: reduction))
        Self.grow(&decoded, to: header.byteCount + WarpTable.slack)
        try decoder.decode(jpeg, into: decoded, reduction: reduction)
        if let table {
            Self.grow(&warped, to: table.width * table.height * 3)
            table.apply(UnsafeRawBufferPointer(decoded), into: warped)
        }
        try resampler.resample(UnsafeRawBufferPointer(table == nil ? decoded : warped), into: rgb)
        return geometry
    }

    private static func grow(_ buffer: inout UnsafeMutableRawBufferPointer, to byteCount: Int) {
        guard buffer.count < byteCount else { return }
        buffer.deallocate()
        buffer = .allocate(byteCount: byteCount, alignment: 64)
    }

    /// What becomes of a picture of a size.
    ///
    /// - Throws: `ImageFileError` where its size cannot be used.
    public func geometry(width: Int, height: Int) throws -> ImageGeometry {
        try ImageGeometry(
            sourceWidth: width,
            sourceHeight: height,
            inputWidth: inputWidth,
            inputHeight: inputHeight,
            resizeTest: resizeTest,
            cropHeight: cropHeight
        )
    }

    /// The rows of a picture of a size that are looked at; the others are cut off.
    ///
    /// - Throws: `ImageFileError` where its size cannot be used.
    public func sourceRows(width: Int, height: Int) throws -> Range<Int> {
        try resampler(geometry(width: width, height: height)).sourceRows
    }

    /// Shrinks and cuts a picture that is already decoded.
    ///
    /// - Throws: `ImageFileError` where its size cannot be used.
    @discardableResult
    public func preprocess(_ image: RGBImage, into rgb: UnsafeMutableRawBufferPointer) throws -> ImageGeometry {
        let resampler = try resampler(geometry(width: image.width, height: image.height))
        try image.pixels.withUnsafeBytes { try resampler.resample($0, into: rgb) }
        return resampler.geometry
    }

    private func resampler(_ geometry: ImageGeometry) -> BicubicResampler {
        if let found = resamplers.last(where: { $0.geometry == geometry }) { return found }
        if resamplers.count == Self.mostResamplers { resamplers.removeFirst() }
        resamplers.append(BicubicResampler(geometry))
        return resamplers[resamplers.count - 1]
    }
}
