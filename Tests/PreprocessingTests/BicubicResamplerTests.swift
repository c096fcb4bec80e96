import BinaryKernels
import ImageFiles
import SystemSupport
import Testing

@testable import OccInference

/// The picture of `ops/goldens/pillow_resize.py`.
func goldenPicture(width: Int, height: Int) -> RGBImage {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(width * height * 3)
    for y in 0..<height {
        for x in 0..<width {
            for channel in 0..<3 {
                var z =
                    (UInt32(x) &* 73_856_093) ^ (UInt32(y) &* 19_349_663) ^ (UInt32(channel) &* 83_492_791)
                z = (z ^ (z >> 15)) &* 2_654_435_761
                z ^= z >> 13
                let patch = (x / 5 + y / 7 + channel) % 4
                pixels.append(patch == 0 ? 0 : patch == 1 ? 255 : UInt8(truncatingIfNeeded: z >> 8))
            }
        }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
}

@Suite("resize and crop")
struct BicubicResamplerTests {
    /// Instruction sets that this machine runs.
    private static let instructionSets = [
        occ_isa_scalar, occ_isa_neon, occ_isa_avx2, occ_isa_avx2_pairs, occ_isa_avx512,
    ].filter {
        occ_kernels_for($0) != nil
    }

    @Test("every instruction set gives the same bytes and reads nothing behind the picture, whatever the sizes")
    func instructionSetsAgree() throws {
        for (width, height, input) in [
            (1, 1, (1, 1)), (3, 2, (9, 5)), (64, 36, (33, 17)), (101, 47, (23, 11)), (40, 300, (40, 31)),
            (17, 5, (64, 8)),
        ] {
            let geometry = try ImageGeometry(
                sourceWidth: width,
                sourceHeight: height,
                inputWidth: input.0,
                inputHeight: input.1
            )
            let picture = goldenPicture(width: width, height: height)
            // What lies behind the picture must not count, whatever it is.
            let results = try Self.instructionSets.flatMap { instructionSet in
                try [UInt8(0), 255].map { filling in
                    let source = picture.pixels + [UInt8](repeating: filling, count: 64)
                    var output = [UInt8](repeating: 7, count: input.0 * input.1 * 3 + 16)
                    let resampler = BicubicResampler(geometry, instructionSet)
                    try source.withUnsafeBytes { bytes in
                        try output.withUnsafeMutableBytes { target in
                            try resampler.resample(
                                UnsafeRawBufferPointer(rebasing: bytes[..<picture.pixels.count]),
                                into: UnsafeMutableRawBufferPointer(rebasing: target[..<(input.0 * input.1 * 3)])
                            )
                        }
                    }
                    return output
                }
            }
            #expect(results.allSatisfy { $0 == results[0] }, "\(geometry)")
            #expect(results[0].suffix(16).allSatisfy { $0 == 7 }, "written behind the input")
        }
    }

    @Test("agrees with Pillow in every bit", arguments: PillowGolden.all)
    func agreesWithPillow(_ golden: PillowGolden) throws {
        let geometry = try ImageGeometry(
            sourceWidth: golden.source[0],
            sourceHeight: golden.source[1],
            inputWidth: golden.input[0],
            inputHeight: golden.input[1],
            resizeTest: golden.resizeTest,
            cropHeight: golden.cropHeight
        )
        #expect(geometry.resize.bitPattern == golden.resize)
        #expect([geometry.resizedWidth, geometry.resizedHeight] == golden.resized)
        #expect([geometry.cropLeft, geometry.cropTop] == golden.crop)
        #expect(geometry.postRotation[0] == Float(geometry.resize) && geometry.postRotation[8] == 1)
        #expect(geometry.postTranslation == [Float(-golden.crop[0]), Float(-golden.crop[1]), 0])
        let picture = goldenPicture(width: golden.source[0], height: golden.source[1])
        for instructionSet in Self.instructionSets {
            let resampler = BicubicResampler(geometry, instructionSet)
            if picture.pixels.count < 1 << 20 {
                // Nothing of an earlier picture may show in a later one.
                var other = picture
                for index in other.pixels.indices { other.pixels[index] = 255 - other.pixels[index] }
                _ = try resampler.resample(other)
            }
            #expect(SHA256.hex(try resampler.resample(picture).pixels) == golden.sha256, "\(instructionSet)")
        }
    }

    @Test("the published geometry of a nuScenes picture")
    func published() throws {
        let geometry = try ImageGeometry(sourceWidth: 1600, sourceHeight: 900)
        #expect(geometry.resizedWidth == 704 && geometry.resizedHeight == 396)
        #expect(geometry.cropTop == 140 && geometry.cropLeft == 0)
        #expect(geometry.postRotation == [0.44, 0, 0, 0, 0.44, 0, 0, 0, 1])
        #expect(geometry.postTranslation == [0, -140, 0])
    }

    @Test("weights add up to one, whatever the sizes")
    func weights() {
        for (source, output) in [(1, 1), (1, 9), (9, 1), (1600, 704), (7, 13), (16_384, 3), (3, 16_384)] {
            let table = ResampleTable(sourceSize: source, outputSize: output, outputs: 0..<output)
            for index in 0..<output {
                let weights = (0..<table.stride).map {
                    Int(table.upper[index * table.stride + $0]) << ResampleTable.lowerBits
                        + Int(table.lower[index * table.stride + $0])
                }
                #expect(abs(weights.reduce(0, +) - 1 << ResampleTable.fractionBits) <= table.counts[index])
                #expect(table.starts[index] >= 0 && table.starts[index] + table.counts[index] <= source)
            }
        }
    }

    @Test("sizes that cannot be used are refused")
    func refusals() throws {
        for (width, height) in [(0, 9), (9, 0), (-1, 4), (16_385, 9), (16_384, 1)] {
            #expect(throws: ImageFileError.self) { try ImageGeometry(sourceWidth: width, sourceHeight: height) }
        }
        #expect(throws: ImageFileError.self) {
            try ImageGeometry(sourceWidth: 1600, sourceHeight: 900, resizeTest: -0.44)
        }
        #expect(throws: ImageFileError.self) {
            try ImageGeometry(sourceWidth: 1600, sourceHeight: 900, resizeTest: .infinity)
        }
        #expect(throws: ImageFileError.self) {
            try ImageGeometry(sourceWidth: 1600, sourceHeight: 900, cropHeight: 1.5)
        }
        let resampler = BicubicResampler(
            try ImageGeometry(sourceWidth: 8, sourceHeight: 8, inputWidth: 4, inputHeight: 4)
        )
        #expect(throws: ImageFileError.self) { try resampler.resample(goldenPicture(width: 8, height: 7)) }
        var small = [UInt8](repeating: 0, count: 47)
        #expect(throws: ImageFileError.self) {
            try goldenPicture(width: 8, height: 8).pixels.withUnsafeBytes { source in
                try small.withUnsafeMutableBytes { try resampler.resample(source, into: $0) }
            }
        }
    }
}
