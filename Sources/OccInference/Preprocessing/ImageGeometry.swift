internal import ImageFiles

/// How a camera picture becomes the network's input: shrink, then cut.
///
/// These are the published pipeline's numbers at test time (`sample_augmentation` of BDC-Occ's `loading.py`), its float
/// rounding and truncation included: `resize = inputWidth / sourceWidth + resizeTest`, both sides times that and truncated, cut
/// at `int((1 - cropHeight) * resizedHeight) - inputHeight` from the top and at half of what is too wide from the left.
/// Where the cut leaves the picture, the input is black.
public struct ImageGeometry: Equatable, Hashable, Sendable {
    /// Size of the camera picture.
    public private(set) var sourceWidth: Int
    /// Size of the camera picture.
    public private(set) var sourceHeight: Int
    /// Size of the network's input.
    public let inputWidth: Int
    /// Size of the network's input.
    public let inputHeight: Int
    /// Input pixels a source pixel.
    public private(set) var resize: Double
    /// Size after shrinking, before cutting.
    public let resizedWidth: Int
    /// Size after shrinking, before cutting.
    public let resizedHeight: Int
    /// Columns cut off from the left; never negative.
    public let cropLeft: Int
    /// Rows cut off from the top; negative where black rows are added.
    public let cropTop: Int

    /// The longest side of a picture that is read; it bounds tables and buffers.
    public static let longestSide = 16_384

    /// Derives the numbers for a picture.
    ///
    /// - Parameters:
    ///   - sourceWidth: width of the camera picture.
    ///   - sourceHeight: height of the camera picture.
    ///   - inputWidth: width of the network's input, `input_size[1]` of the published config.
    ///   - inputHeight: height of the network's input, `input_size[0]`.
    ///   - resizeTest: `resize_test` of the published config, 0 in all of them.
    ///   - cropHeight: mean of `crop_h` of the published config, 0 in all of them.
    /// - Throws: `ImageFileError` where a side is out of bounds or shrinks to nothing.
    public init(
        sourceWidth: Int,
        sourceHeight: Int,
        inputWidth: Int = 704,
        inputHeight: Int = 256,
        resizeTest: Double = 0,
        cropHeight: Double = 0
    ) throws {
        let sides = [sourceWidth, sourceHeight, inputWidth, inputHeight]
        guard sides.allSatisfy({ (1...Self.longestSide).contains($0) }) else {
            throw ImageFileError(
                .unsupported,
                "a picture of \(sourceWidth) x \(sourceHeight) pixels for an input of \(inputWidth) x \(inputHeight); "
                    + "sides of 1 to \(Self.longestSide) pixels are read"
            )
        }
        let resize = Double(inputWidth) / Double(sourceWidth) + resizeTest
        let width = Double(sourceWidth) * resize
        let height = Double(sourceHeight) * resize
        guard width >= 1, height >= 1, width <= Double(1 << 28), height <= Double(1 << 28),
            (0...1).contains(cropHeight)
        else {
            throw ImageFileError(
                .unsupported,
                "a picture of \(sourceWidth) x \(sourceHeight) pixels cannot be resized by \(resize)"
            )
        }
        self.sourceWidth = sourceWidth
        self.sourceHeight = sourceHeight
        self.inputWidth = inputWidth
        self.inputHeight = inputHeight
        self.resize = resize
        self.resizedWidth = Int(width)
        self.resizedHeight = Int(height)
        self.cropTop = Int((1 - cropHeight) * Double(resizedHeight)) - inputHeight
        self.cropLeft = max(0, resizedWidth - inputWidth) / 2
    }

    /// How many times fewer rows and columns a JPEG picture may be decoded to before it is shrunk: 1, 2, 4 or 8.
    ///
    /// The most that leaves no fewer pixels than shrinking keeps, and whole numbers of them, so that no pixel moves.
    public var reduction: Int {
        [8, 4, 2].first { factor in
            sourceWidth.isMultiple(of: factor) && sourceHeight.isMultiple(of: factor)
                && sourceWidth / factor >= resizedWidth && sourceHeight / factor >= resizedHeight
        } ?? 1
    }

    /// The same shrinking and cutting of a picture that was decoded to fewer pixels.
    ///
    /// - Parameter reduction: `reduction`, or 1.
    func reduced(by reduction: Int) -> ImageGeometry {
        var copy = self
        copy.sourceWidth /= reduction
        copy.sourceHeight /= reduction
        copy.resize *= Double(reduction)
        return copy
    }

    /// `post_rot`: the 3 x 3 matrix, row-major, that takes source pixels to input pixels before the translation.
    public var postRotation: [Float] {
        let scale = Float(resize)
        return [scale, 0, 0, 0, scale, 0, 0, 0, 1]
    }

    /// `post_tran`: what is added after `postRotation`.
    public var postTranslation: [Float] {
        [Float(-cropLeft), Float(-cropTop), 0]
    }
}
