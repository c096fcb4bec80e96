internal import CTurboJPEG

/// Encodes RGB pictures as JPEG (baseline, accurate DCT); not `Sendable`, give each task its own.
public final class JPEGEncoder {
    /// How much of the colour's resolution is kept.
    public enum Subsampling: Equatable, Sendable {
        /// All of it.
        case none444
        /// Half of it across.
        case half422
        /// A quarter of it, as cameras write.
        case quarter420

        fileprivate var value: Int32 {
            switch self {
            case .none444: Int32(TJSAMP_444.rawValue)
            case .half422: Int32(TJSAMP_422.rawValue)
            case .quarter420: Int32(TJSAMP_420.rawValue)
            }
        }
    }

    private let handle: tjhandle

    /// Makes an encoder.
    ///
    /// - Throws: `ImageFileError` (`library`) where libjpeg-turbo cannot be set up.
    public init() throws {
        guard let handle = tjInitCompress() else {
            throw ImageFileError(.library, "libjpeg-turbo: \(String(cString: tjGetErrorStr2(nil)))")
        }
        self.handle = handle
    }

    deinit {
        tjDestroy(handle)
    }

    /// Encodes a picture.
    ///
    /// - Parameters:
    ///   - image: a picture of 1 to 65,500 pixels a side.
    ///   - quality: 1 to 100; nuScenes pictures have about 90.
    ///   - subsampling: how much of the colour's resolution is kept.
    /// - Throws: `ImageFileError` where the size is out of range or libjpeg-turbo fails.
    public func encode(
        _ image: RGBImage,
        quality: Int = 90,
        subsampling: Subsampling = .quarter420
    ) throws -> [UInt8] {
        guard (1...65_500).contains(image.width), (1...65_500).contains(image.height) else {
            throw ImageFileError(.wrongSize, "\(image.width) x \(image.height) pixels cannot be a JPEG picture")
        }
        var size = UInt(tjBufSize(Int32(image.width), Int32(image.height), subsampling.value))
        guard size > 0, size < UInt(Int32.max) else {
            throw ImageFileError(.tooLarge, "\(image.width) x \(image.height) pixels are too many")
        }
        var status: Int32 = -1
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, initialized in
            var target = buffer.baseAddress
            status = image.pixels.withUnsafeBufferPointer { pixels in
                tjCompress2(
                    handle,
                    pixels.baseAddress,
                    Int32(image.width),
                    Int32(image.width * 3),
                    Int32(image.height),
                    Int32(TJPF_RGB.rawValue),
                    &target,
                    &size,
                    subsampling.value,
                    Int32(min(max(quality, 1), 100)),
                    TJFLAG_ACCURATEDCT | TJFLAG_NOREALLOC
                )
            }
            initialized = status == 0 ? Int(size) : 0
        }
        guard status == 0 else {
            throw ImageFileError(.library, "cannot encode JPEG: \(String(cString: tjGetErrorStr2(handle)))")
        }
        return bytes
    }
}
