import ArrayFiles
import Foundation
import ImageFiles
import OccInference
import SystemSupport
import TestSupport
import Testing

@Suite("camera pictures to network input")
struct ImagePreprocessorTests {
    @Test("normalisation swaps the colours and keeps the constants, as published")
    func normalisation() {
        // mmcv's imnormalize (OpenCV 4.5.5 and 5.0) of the RGB pixels (0, 127, 255) and (255, 1, 77).
        let rgb: [UInt8] = [0, 127, 255, 255, 1, 77]
        var output = [Float](repeating: 0, count: 6)
        rgb.withUnsafeBytes { bytes in
            output.withUnsafeMutableBufferPointer { ImageNormalization.apply(bytes, into: $0) }
        }
        #expect(output.map(\.bitPattern) == [0x400fee1d, 0x3e402de6, 0xbfe6f809, 0xbf4c9eca, 0xc0012a4f, 0x4028f5c3])
        #expect(
            SHA256.hex(ImageNormalization.table.withUnsafeBytes { Array($0) })
                == "fad6a0d142499f948331e3e547ac8074d86e30cbffffd092b05be98b7cdd4c95"
        )
    }

    @Test("a JPEG picture goes the whole way, pictures of several sizes in turn")
    func wholeWay() throws {
        let preprocessor = try ImagePreprocessor(inputWidth: 44, inputHeight: 16)
        let encoder = try JPEGEncoder()
        let decoder = try JPEGDecoder()
        var input = [UInt8](repeating: 7, count: preprocessor.inputCount)
        func check(_ image: RGBImage) throws {
            let jpeg = try encoder.encode(image)
            let geometry = try jpeg.withUnsafeBytes { bytes in
                try input.withUnsafeMutableBytes { try preprocessor.preprocess(bytes, into: $0) }
            }
            let expected = try BicubicResampler(geometry).resample(try decoder.decode(jpeg))
            #expect(input == expected.pixels, "\(image.width) x \(image.height)")
        }
        for _ in 0..<2 {
            // More sizes than are kept prepared.
            for (width, height) in [(100, 57), (90, 20), (64, 36), (50, 50), (200, 113), (160, 90), (44, 16)] {
                try check(goldenPicture(width: width, height: height))
            }
        }
        // Larger than the memory a preprocessor starts with.
        try check(RGBImage(width: 1441, height: 1000, red: 10, green: 200, blue: 90))
    }

    @Test("decoding reduces a picture as far as shrinking leaves whole pixels of it")
    func reduction() throws {
        func reduction(_ width: Int, _ height: Int, to inputWidth: Int, _ inputHeight: Int) throws -> Int {
            try ImageGeometry(
                sourceWidth: width,
                sourceHeight: height,
                inputWidth: inputWidth,
                inputHeight: inputHeight
            ).reduction
        }
        #expect(try reduction(1600, 900, to: 352, 128) == 4)
        #expect(try reduction(1600, 900, to: 704, 256) == 2)
        #expect(try reduction(704, 396, to: 352, 128) == 2)
        #expect(try reduction(1600, 900, to: 1056, 384) == 1)
        #expect(try reduction(1600, 904, to: 88, 32) == 8)
        // 450 rows are not halved twice, and a picture that is enlarged is decoded whole.
        #expect(try reduction(800, 450, to: 100, 40) == 2)
        #expect(try reduction(801, 450, to: 100, 40) == 1)
        #expect(try reduction(64, 36, to: 704, 256) == 1)
    }

    @Test("a picture decoded to fewer pixels shows the same at the same places, and another camera's is made of all")
    func reducedDecoding() throws {
        let jpeg = try JPEGEncoder().encode(Self.smoothPicture(width: 320, height: 180), quality: 95)
        func input(_ preprocessor: ImagePreprocessor, view: WarpTable? = nil) throws -> ([UInt8], ImageGeometry) {
            var input = [UInt8](repeating: 0, count: preprocessor.inputCount)
            let geometry = try jpeg.withUnsafeBytes { bytes in
                try input.withUnsafeMutableBytes { pixels in
                    try preprocessor.preprocess(bytes, into: pixels) { _, _ in view }
                }
            }
            return (input, geometry)
        }
        // Reduced to nothing, by 2 and by 4.
        for (width, height, isSame) in [(200, 80, true), (120, 40, false), (70, 32, false)] {
            let whole = try ImagePreprocessor(inputWidth: width, inputHeight: height)
            let reducing = try ImagePreprocessor(inputWidth: width, inputHeight: height, reducesDecoding: true)
            let (expected, geometry) = try input(whole)
            let (found, reducedGeometry) = try input(reducing)
            #expect(reducedGeometry == geometry)
            #expect((found == expected) == isSame, "\(width) x \(height)")
            let worst = zip(found, expected).map { abs(Int($0) - Int($1)) }.max()!
            #expect(worst <= 4, "\(width) x \(height): \(worst)")
            let view = WarpTable(
                width: 320,
                height: 180,
                rows: 0..<180,
                sourceWidth: 320,
                sourceHeight: 180
            ) { x, y in (x + 3, y) }
            #expect(try input(reducing, view: view).0 == input(whole, view: view).0)
        }
    }

    /// Waves too long for half a pixel to be overlooked, or to hide in JPEG's rounding.
    private static func smoothPicture(width: Int, height: Int) -> RGBImage {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let wave = sin(Double(x) / 9) * cos(Double(y) / 11)
                pixels += [UInt8(127 + 100 * wave), UInt8(127 - 60 * wave), UInt8(60 + y / 2)]
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    @Test("a damaged picture is an error and spoils nothing")
    func damaged() throws {
        let preprocessor = try ImagePreprocessor(inputWidth: 44, inputHeight: 16)
        let jpeg = try JPEGEncoder().encode(goldenPicture(width: 100, height: 57))
        var input = [UInt8](repeating: 0, count: preprocessor.inputCount)
        func run(_ bytes: [UInt8]) throws {
            try bytes.withUnsafeBytes { bytes in
                _ = try input.withUnsafeMutableBytes { try preprocessor.preprocess(bytes, into: $0) }
            }
        }
        try run(jpeg)
        let whole = input
        #expect(throws: ImageFileError.self) { try run(Array(jpeg.dropLast(200))) }
        #expect(throws: ImageFileError.self) { try run([]) }
        try run(jpeg)
        #expect(input == whole)
    }

    // Needs the real keyframes, which may not be part of the project.
    @Test(
        "0 bytes differ from Pillow on real pictures",
        .enabled(
            if: SharedFiles.has("goldens/inputs-real0.safetensors")
                && SharedFiles.has("data/nuscenes-real/v1.0-mini/sample.json")
        )
    )
    func realPictures() throws {
        struct Sample: Decodable { let token: String }
        struct SampleData: Decodable {
            let sample_token: String
            let filename: String
        }
        func table<Row: Decodable>(_ name: String) throws -> [Row] {
            let path = SharedFiles.path("data/nuscenes-real/v1.0-mini/\(name).json")
            return try JSONDecoder().decode([Row].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        }
        let samples: [Sample] = try table("sample")
        let files: [SampleData] = try table("sample_data")
        let goldens = try InferenceInputs(contentsOf: SharedFiles.path("goldens/inputs-real0.safetensors"))
        let preprocessor = try ImagePreprocessor()
        var input = [UInt8](repeating: 0, count: preprocessor.inputCount)
        for (index, camera) in InferenceInputs.cameras.enumerated() {
            let found = files.first { $0.sample_token == samples[0].token && $0.filename.contains("/\(camera)/") }
            let file = try MappedFile(path: SharedFiles.path("data/nuscenes-real/\(try #require(found).filename)"))
            let geometry = try input.withUnsafeMutableBytes { try preprocessor.preprocess(file.bytes, into: $0) }
            #expect(geometry.postRotation == goldens.postRotation)
            #expect(geometry.postTranslation == goldens.postTranslation)
            let expected = goldens.frames[0].images[(index * input.count)..<((index + 1) * input.count)]
            let differing = zip(input, expected).count { $0 != $1 }
            #expect(differing == 0, "\(camera)")
            #if DEBUG
                // Unoptimised vector code takes seconds a picture; one camera tells as much about it as six.
                break
            #endif
        }
    }
}
