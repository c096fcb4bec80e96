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
    private let decoder: JPEGDecoder
    private var decoded: UnsafeMutableRawBufferPointer
    /// Prepared resamplers, latest last; a rig has a few sizes at most.
    private var resamplers: [BicubicResampler] = []

    private static let mostResamplers = 6

    /// Prepares for a network's input size.
    ///
    /// - Parameters:
    ///   - inputWidth: `input_size[1]` of the published config.
    ///   - inputHeight: `input_size[0]`.
    ///   - resizeTest: `resize_test`, 0 in all published configs.
    ///   - cropHeight: mean of `crop_h`, 0 in all published configs.
    ///   - pixelLimit: the largest camera picture that is decoded.
    /// - Throws: `ImageFileError` where libjpeg-turbo cannot be set up.
    public init(
        inputWidth: Int = 704,
        inputHeight: Int = 256,
        resizeTest: Double = 0,
        cropHeight: Double = 0,
        pixelLimit: Int = 64 << 20
    ) throws {
        self.inputWidth = inputWidth
        self.inputHeight = inputHeight
        self.resizeTest = resizeTest
        self.cropHeight = cropHeight
        self.decoder = try JPEGDecoder(pixelLimit: pixelLimit)
        self.decoded = .allocate(byteCount: 1600 * 900 * 3, alignment: 64)
    }

    deinit {
        decoded.deallocate()
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
        let header = try decoder.header(of: jpeg)
        // Before anything is decoded: a size that cannot be used is refused at once.
        let resampler = try resampler(width: header.width, height: header.height)
        if decoded.count < header.byteCount {
            decoded.deallocate()
            decoded = .allocate(byteCount: header.byteCount, alignment: 64)
        }
        try decoder.decode(jpeg, into: decoded)
        try resampler.resample(UnsafeRawBufferPointer(decoded), into: rgb)
        return resampler.geometry
    }

    /// Shrinks and cuts a picture that is already decoded.
    ///
    /// - Throws: `ImageFileError` where its size cannot be used.
    @discardableResult
    public func preprocess(_ image: RGBImage, into rgb: UnsafeMutableRawBufferPointer) throws -> ImageGeometry {
        let resampler = try resampler(width: image.width, height: image.height)
        try image.pixels.withUnsafeBytes { try resampler.resample($0, into: rgb) }
        return resampler.geometry
    }

    private func resampler(width: Int, height: Int) throws -> BicubicResampler {
        func fits(_ geometry: ImageGeometry) -> Bool {
            geometry.sourceWidth == width && geometry.sourceHeight == height
        }
        if let found = resamplers.last(where: { fits($0.geometry) }) { return found }
        let geometry = try ImageGeometry(
            sourceWidth: width,
            sourceHeight: height,
            inputWidth: inputWidth,
            inputHeight: inputHeight,
            resizeTest: resizeTest,
            cropHeight: cropHeight
        )
        if resamplers.count == Self.mostResamplers { resamplers.removeFirst() }
        resamplers.append(BicubicResampler(geometry))
        return resamplers[resamplers.count - 1]
    }
}
