import ImageFiles
import SystemSupport
import Testing

/// A picture by formula, smooth enough for JPEG and different at every pixel.
func formulaImage(width: Int, height: Int) -> RGBImage {
    var image = RGBImage(width: width, height: height, red: 0, green: 0, blue: 0)
    for y in 0..<height {
        for x in 0..<width {
            image[x, y] = (UInt8((x * 7 + y * 3) % 256), UInt8((x * x + y * 5) / 8 % 256), UInt8((x + y * y) / 4 % 256))
        }
    }
    return image
}

@Suite("pictures")
struct ImageFilesTests {
    @Test("PNG keeps every byte", arguments: [(1, 1), (3, 2), (64, 48), (701, 13)])
    func png(_ width: Int, _ height: Int) throws {
        let image = formulaImage(width: width, height: height)
        let file = try PNGEncoder.encode(image)
        #expect(try PNGDecoder.decode(file) == image)
        #expect(try PNGEncoder.encode(image) == file)
    }

    @Test("PNG: empty, damaged and huge pictures are errors")
    func pngErrors() throws {
        #expect(throws: ImageFileError.self) {
            try PNGEncoder.encode(RGBImage(width: 0, height: 4, pixels: []))
        }
        let file = try PNGEncoder.encode(formulaImage(width: 9, height: 5))
        // Without its end marker a picture is whole: libspng stops at the last row.
        for length in 0..<(file.count - 16) {
            #expect(throws: ImageFileError.self) { try PNGDecoder.decode(Array(file[..<length])) }
        }
        for bit in 0..<(file.count * 8) {
            var damaged = file
            damaged[bit / 8] ^= 1 << (bit % 8)
            _ = try? PNGDecoder.decode(damaged)
        }
        #expect { try PNGDecoder.decode(file, pixelLimit: 44) } throws: {
            ($0 as? ImageFileError)?.kind == .tooLarge
        }
    }

    @Test("JPEG comes back close to what went in, at every subsampling")
    func jpeg() throws {
        let image = formulaImage(width: 65, height: 33)
        let decoder = try JPEGDecoder()
        let encoder = try JPEGEncoder()
        for subsampling in [JPEGEncoder.Subsampling.none444, .half422, .quarter420] {
            let smooth = RGBImage(width: 65, height: 33, red: 200, green: 100, blue: 50)
            let file = try encoder.encode(smooth, quality: 100, subsampling: subsampling)
            let back = try decoder.decode(file)
            #expect(zip(back.pixels, smooth.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 2 })
        }
        let exact = try decoder.decode(try encoder.encode(image, quality: 100, subsampling: .none444))
        #expect(zip(exact.pixels, image.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 6 })
        #expect(try encoder.encode(image, quality: 5).count < encoder.encode(image, quality: 95).count)
    }

    @Test("JPEG is decoded to the very bytes that Pillow gives")
    func jpegAsPillow() throws {
        let decoder = try JPEGDecoder()
        for golden in PillowJPEGs.decoded {
            let image = try decoder.decode(golden.file)
            #expect(image.width == golden.width && image.height == golden.height)
            #expect(SHA256.hex(image.pixels) == golden.sha256)
        }
    }

    @Test("JPEG is decoded into the caller's memory and nowhere else")
    func jpegBuffer() throws {
        let decoder = try JPEGDecoder()
        let file = try JPEGEncoder().encode(formulaImage(width: 17, height: 9))
        let expected = try decoder.decode(file)
        var buffer = [UInt8](repeating: 0xA5, count: 17 * 9 * 3 + 10)
        let header = try file.withUnsafeBytes { jpeg in
            try buffer.withUnsafeMutableBytes { try decoder.decode(jpeg, into: $0) }
        }
        #expect(header.width == 17 && header.height == 9)
        #expect(Array(buffer[..<header.byteCount]) == expected.pixels)
        #expect(buffer[header.byteCount...].allSatisfy { $0 == 0xA5 })
        #expect {
            try file.withUnsafeBytes { jpeg in
                try buffer.withUnsafeMutableBytes {
                    try decoder.decode(jpeg, into: UnsafeMutableRawBufferPointer(rebasing: $0[..<100]))
                }
            }
        } throws: { ($0 as? ImageFileError)?.kind == .wrongSize }
    }

    @Test(
        "What is another picture or a video is named, with what to do",
        arguments: [
            ("\u{89}PNG\r\n\u{1A}\n", "a PNG picture"), ("RIFF\0\0\0\0WEBP", "a WebP picture"),
            ("RIFF\0\0\0\0AVI ", "a video (AVI)"),
            ("\0\0\0\u{1C}ftypisom", "a video (MP4)"), ("\0\0\0\u{1C}ftypavif", "an AVIF picture"),
            ("\0\0\0\u{1C}ftypheic", "a HEIC picture"), ("\0\0\0\u{1}gB", "a video stream"),
            ("\u{1A}E\u{DF}\u{A3}", "a video (Matroska)"),
            ("GIF89a", "a GIF picture"), ("II*\0", "a TIFF picture"),
        ]
    )
    func others(head: String, name: String) throws {
        let bytes = head.unicodeScalars.map { UInt8($0.value) } + [UInt8](repeating: 0, count: 20)
        #expect { try JPEGDecoder().decode(bytes) } throws: {
            ($0 as? ImageFileError)?.kind == .unsupported && "\($0)".hasPrefix("it is \(name)")
                && "\($0)".contains("ffmpeg -i")
        }
    }

    @Test("grey, CMYK and huge JPEG pictures are refused by name")
    func jpegKinds() throws {
        let decoder = try JPEGDecoder()
        let colour = try JPEGEncoder().encode(formulaImage(width: 16, height: 16), subsampling: .none444)
        #expect { try JPEGDecoder(pixelLimit: 255).decode(colour) } throws: {
            ($0 as? ImageFileError)?.kind == .tooLarge
        }
        #expect { try decoder.decode(PillowJPEGs.grey) } throws: {
            ($0 as? ImageFileError)?.kind == .unsupported && "\($0)".contains("grey")
        }
        #expect { try decoder.decode(PillowJPEGs.cmyk) } throws: {
            ($0 as? ImageFileError)?.kind == .unsupported && "\($0)".contains("CMYK")
        }
        // The size in the frame header, 65,500 x 65,500, is checked before memory is touched.
        var huge = colour
        let frame = try #require(huge.indices.first { huge[$0...].starts(with: [0xFF, 0xC0]) })
        huge.replaceSubrange((frame + 5)..<(frame + 9), with: [0xFF, 0xDC, 0xFF, 0xDC])
        #expect { try decoder.decode(huge) } throws: { ($0 as? ImageFileError)?.kind == .tooLarge }
    }

    @Test("a JPEG picture cut off anywhere is an error, and the decoder goes on")
    func jpegTruncation() throws {
        let decoder = try JPEGDecoder()
        let image = formulaImage(width: 40, height: 24)
        let file = try JPEGEncoder().encode(image)
        let whole = try decoder.decode(file)
        for length in 0..<file.count {
            #expect { try decoder.decode(Array(file[..<length])) } throws: {
                ($0 as? ImageFileError)?.kind == .corrupt
            }
        }
        #expect(try decoder.decode(file) == whole)
    }

    @Test("a flipped bit in a JPEG picture never traps, and the decoder goes on")
    func jpegFlips() throws {
        let decoder = try JPEGDecoder(pixelLimit: 1 << 20)
        let file = try JPEGEncoder().encode(formulaImage(width: 24, height: 16), quality: 60)
        let whole = try decoder.decode(file)
        var errors = 0
        for bit in 0..<(file.count * 8) {
            var damaged = file
            damaged[bit / 8] ^= 1 << (bit % 8)
            do { _ = try decoder.decode(damaged) } catch { errors += 1 }
        }
        #expect(errors > 100)
        #expect(try decoder.decode(file) == whole)
    }
}
