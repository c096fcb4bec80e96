import ImageFiles

extension FuzzTarget {
    private static let pixelLimit = 1 << 18

    /// JPEG pictures; the decoder is kept from input to input, as a slot keeps it.
    static let jpeg = FuzzTarget(
        name: "jpeg",
        run: { input in
            guard let decoder = jpegDecoder else { fatalError("no decoder") }
            guard let image = accepted({ try decoder.decode(input) }) else { return }
            demand(image.pixels.count == image.width * image.height * 3, "pixels that do not fit the size")
            demand(image.width * image.height <= pixelLimit, "a picture beyond the limit")
        },
        seeds: {
            let encoder = try JPEGEncoder()
            return try [(8, 8), (17, 9)].flatMap { size in
                try [JPEGEncoder.Subsampling.none444, .quarter420].map {
                    try encoder.encode(picture(size.0, size.1), quality: 80, subsampling: $0)
                }
            }
        }
    )

    // Guard: used by libFuzzer's only thread.
    nonisolated(unsafe) private static let jpegDecoder = try? JPEGDecoder(pixelLimit: pixelLimit)

    /// PNG pictures.
    static let png = FuzzTarget(
        name: "png",
        run: { input in
            guard let image = accepted({ try PNGDecoder.decode(input, pixelLimit: pixelLimit) }) else { return }
            demand(image.pixels.count == image.width * image.height * 3, "pixels that do not fit the size")
            demand(try PNGDecoder.decode(PNGEncoder.encode(image)) == image, "a picture that is read back otherwise")
        },
        seeds: { try [(1, 1), (5, 3)].map { try PNGEncoder.encode(picture($0.0, $0.1)) } }
    )

    private static func picture(_ width: Int, _ height: Int) -> RGBImage {
        RGBImage(width: width, height: height, pixels: (0..<(width * height * 3)).map { UInt8(($0 * 37) % 251) })
    }
}
