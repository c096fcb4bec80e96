internal import CTurboJPEG

/// Decodes JPEG pictures to RGB, byte for byte as Pillow does.
///
/// Both stand on libjpeg-turbo with its accurate integer inverse DCT and its smooth ("fancy") chroma upsampling. A decoder
/// keeps its work memory from picture to picture; give each slot its own, it is not `Sendable`.
///
/// What libjpeg only warns about (a premature end, a corrupt stream) is an error here: half a grey picture would become a
/// wrong prediction.
public final class JPEGDecoder {
    /// What a picture's header says.
    public struct Header: Equatable, Sendable {
        /// Pixels a row.
        public let width: Int
        /// Rows.
        public let height: Int

        /// Bytes of the decoded picture.
        public var byteCount: Int { width * height * 3 }
    }

    /// The largest number of pixels that is decoded; checked before memory is touched.
    public let pixelLimit: Int

    /// Nil after a failure: libjpeg-turbo 2.1 keeps the state of a header it gave up on, so the next picture gets a fresh
    /// handle.
    private var handle: tjhandle?

    /// Makes a decoder.
    ///
    /// - Parameter pixelLimit: the largest number of pixels that is decoded.
    /// - Throws: `ImageFileError` (`library`) where libjpeg-turbo cannot be set up.
    public init(pixelLimit: Int = 64 << 20) throws {
        self.pixelLimit = pixelLimit
        self.handle = try Self.makeHandle()
    }

    deinit {
        if let handle { tjDestroy(handle) }
    }

    /// Reads a picture's size.
    ///
    /// - Throws: `ImageFileError` where it is no JPEG picture, not a colour one, or larger than the limit.
    public func header(of jpeg: UnsafeRawBufferPointer) throws -> Header {
        guard let start = jpeg.baseAddress?.assumingMemoryBound(to: UInt8.self), jpeg.count >= 4 else {
            throw ImageFileError(.corrupt, "a JPEG picture of \(jpeg.count) bytes")
        }
        if let name = FileSignature.name(of: jpeg) {
            throw ImageFileError(.unsupported, "it is \(name), and JPEG is read; \(FileSignature.advice)")
        }
        let handle = try readyHandle()
        var width: Int32 = 0
        var height: Int32 = 0
        var subsampling: Int32 = 0
        var colours: Int32 = 0
        guard tjDecompressHeader3(handle, start, UInt(jpeg.count), &width, &height, &subsampling, &colours) == 0 else {
            throw failure()
        }
        guard width > 0, height > 0 else { throw ImageFileError(.corrupt, "a JPEG picture of no size") }
        guard Int(width) * Int(height) <= pixelLimit else {
            throw ImageFileError(
                .tooLarge,
                "a JPEG picture of \(width) x \(height) pixels, at most \(pixelLimit) are decoded"
            )
        }
        switch colours {
        case Int32(TJCS_YCbCr.rawValue), Int32(TJCS_RGB.rawValue): break
        case Int32(TJCS_GRAY.rawValue):
            throw ImageFileError(.unsupported, "a grey JPEG picture; the network needs three colours")
        default: throw ImageFileError(.unsupported, "a CMYK JPEG picture; the network needs red, green and blue")
        }
        return Header(width: Int(width), height: Int(height))
    }

    /// Decodes a picture into the caller's memory: RGB, rows from the top, no padding.
    ///
    /// - Parameters:
    ///   - jpeg: the whole file.
    ///   - output: at least `header(of:).byteCount` bytes; what lies beyond stays as it is.
    ///   - reduction: 2, 4 or 8 decodes a picture of so many times fewer rows and columns (rounded up) by an inverse DCT of that size, which
    ///     is quicker and no longer Pillow's picture; 1 decodes all.
    /// - Returns: the size of what was decoded.
    /// - Throws: `ImageFileError`; the output's content is then undefined and the decoder is ready for the next picture.
    @discardableResult
    public func decode(
        _ jpeg: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer,
        reduction: Int = 1
    ) throws -> Header {
        precondition([1, 2, 4, 8].contains(reduction), "libjpeg-turbo reduces pictures by 2, 4 or 8")
        let whole = try header(of: jpeg)
        let header = Header(
            width: (whole.width + reduction - 1) / reduction,
            height: (whole.height + reduction - 1) / reduction
        )
        guard output.count >= header.byteCount, let target = output.baseAddress else {
            throw ImageFileError(
                .wrongSize,
                "\(header.width) x \(header.height) pixels do not fit a buffer of \(output.count) bytes"
            )
        }
        let handle = try readyHandle()
        let flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
        guard
            tjDecompress2(
                handle,
                jpeg.baseAddress!.assumingMemoryBound(to: UInt8.self),
                UInt(jpeg.count),
                target.assumingMemoryBound(to: UInt8.self),
                Int32(header.width),
                Int32(header.width * 3),
                Int32(header.height),
                Int32(TJPF_RGB.rawValue),
                flags
            ) == 0
        else { throw failure() }
        return header
    }

    /// Decodes a picture.
    ///
    /// - Throws: `ImageFileError`.
    public func decode(_ jpeg: [UInt8]) throws -> RGBImage {
        try jpeg.withUnsafeBytes { bytes in
            let header = try header(of: bytes)
            var pixels = [UInt8](repeating: 0, count: header.byteCount)
            _ = try pixels.withUnsafeMutableBytes { try decode(bytes, into: $0) }
            return RGBImage(width: header.width, height: header.height, pixels: pixels)
        }
    }

    private static func makeHandle() throws -> tjhandle {
        guard let handle = tjInitDecompress() else {
            throw ImageFileError(.library, "libjpeg-turbo: \(String(cString: tjGetErrorStr2(nil)))")
        }
        return handle
    }

    private func readyHandle() throws -> tjhandle {
        if let handle { return handle }
        let fresh = try Self.makeHandle()
        handle = fresh
        return fresh
    }

    /// Describes the failure of the last call and drops the handle that suffered it.
    private func failure() -> ImageFileError {
        defer {
            if let handle { tjDestroy(handle) }
            handle = nil
        }
        return ImageFileError(.corrupt, "a damaged JPEG picture: \(String(cString: tjGetErrorStr2(handle)))")
    }
}
