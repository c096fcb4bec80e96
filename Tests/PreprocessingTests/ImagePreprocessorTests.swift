import ArrayFiles
import Foundation
import ImageFiles
import OccInference
import SystemSupport
import Testing

/// Material that lies beside the project and not in it; tests that need it are skipped where it is absent.
enum SharedMaterial {
    /// `OCC_SHARED`, or `shared` beside the package.
    static let folder: String = {
        if let path = ProcessInfo.processInfo.environment["OCC_SHARED"] { return path }
        let package = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return package.deletingLastPathComponent().appendingPathComponent("shared").path
    }()

    static func path(_ name: String) -> String { folder + "/" + name }

    /// Whether a file is there; prints what is skipped otherwise.
    static func has(_ name: String) -> Bool {
        if FileManager.default.fileExists(atPath: path(name)) { return true }
        print("skipped: \(path(name)) is not there (set OCC_SHARED)")
        return false
    }
}

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
        for round in 0..<2 {
            for (width, height) in [
                (100, 57), (1700, 950), (90, 20), (64, 36), (50, 50), (200, 113), (160, 90), (44, 16),
            ] {
                let jpeg = try encoder.encode(goldenPicture(width: width, height: height))
                let geometry = try jpeg.withUnsafeBytes { bytes in
                    try input.withUnsafeMutableBytes { try preprocessor.preprocess(bytes, into: $0) }
                }
                let expected = try BicubicResampler(geometry).resample(try decoder.decode(jpeg))
                #expect(input == expected.pixels, "round \(round), \(width) x \(height)")
            }
        }
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
            if: SharedMaterial.has("goldens/inputs-real0.safetensors")
                && SharedMaterial.has("data/nuscenes-real/samples")
        )
    )
    func realPictures() throws {
        let goldens = try SafetensorsFile(path: SharedMaterial.path("goldens/inputs-real0.safetensors"))
        let expected = try goldens.elements(of: "images_rgb_u8", as: UInt8.self, shape: [1, 6, 256, 704, 3])
        let preprocessor = try ImagePreprocessor()
        var input = [UInt8](repeating: 0, count: preprocessor.inputCount)
        // Two keyframes lie there; the golden is of one of them.
        for (index, camera) in InferenceInputs.cameras.enumerated() {
            let folder = SharedMaterial.path("data/nuscenes-real/samples/\(camera)")
            let names = try Folders.names(in: folder)
            let matches = try names.map { name -> (String, Int) in
                let file = try MappedFile(path: folder + "/" + name)
                let geometry = try input.withUnsafeMutableBytes { try preprocessor.preprocess(file.bytes, into: $0) }
                #expect(geometry.postTranslation == (try goldens.elements(of: "post_tran", as: Float.self)))
                #expect(geometry.postRotation == (try goldens.elements(of: "post_rot", as: Float.self)))
                let wanted = expected[(index * input.count)..<((index + 1) * input.count)]
                return (name, zip(input, wanted).count { $0 != $1 })
            }
            #expect(matches.contains { $0.1 == 0 }, "\(camera): \(matches)")
        }
    }
}
