import CWebP
import ImageFiles
import Testing

@Suite("WebP")
struct WebPTests {
    /// Pictures and the times at which each ends, by libwebp's own decoder of films; stills are films of one.
    private func decode(_ file: [UInt8]) throws -> (frames: [RGBImage], ends_ms: [Int], loops: UInt32) {
        try file.withUnsafeBufferPointer { bytes in
            var data = WebPData(bytes: bytes.baseAddress, size: bytes.count)
            let decoder = try #require(WebPAnimDecoderNew(&data, nil))
            defer { WebPAnimDecoderDelete(decoder) }
            var info = WebPAnimInfo()
            #expect(WebPAnimDecoderGetInfo(decoder, &info) != 0)
            var (frames, ends): ([RGBImage], [Int]) = ([], [])
            while WebPAnimDecoderHasMoreFrames(decoder) != 0 {
                var pixels: UnsafeMutablePointer<UInt8>?
                var end: Int32 = 0
                #expect(WebPAnimDecoderGetNext(decoder, &pixels, &end) != 0)
                let count = Int(info.canvas_width * info.canvas_height)
                let found = try #require(pixels)
                let rgb = (0..<count * 3).map { found[$0 / 3 * 4 + $0 % 3] }
                frames.append(RGBImage(width: Int(info.canvas_width), height: Int(info.canvas_height), pixels: rgb))
                ends.append(Int(end))
            }
            return (frames, ends, info.loop_count)
        }
    }

    /// The mean difference of two pictures, 0 to 255.
    private func difference(_ one: RGBImage, _ other: RGBImage) -> Double {
        let sum = zip(one.pixels, other.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        return Double(sum) / Double(max(one.pixels.count, 1))
    }

    private func ramp(_ width: Int, _ height: Int, _ shift: Int) -> RGBImage {
        var image = RGBImage(width: width, height: height, red: 0, green: 0, blue: 0)
        for y in 0..<height {
            for x in 0..<width {
                image[x, y] = (UInt8((x * 3 + shift) % 200), UInt8((y * 4) % 200), UInt8((x + y) % 200))
            }
        }
        return image
    }

    @Test("lossless stills keep every byte", arguments: [(1, 1), (3, 2), (64, 48), (301, 13)])
    func lossless(_ width: Int, _ height: Int) throws {
        let image = formulaImage(width: width, height: height)
        let file = try WebPEncoder.encode(image)
        #expect(try decode(file).frames == [image])
        #expect(try WebPEncoder.encode(image) == file)
    }

    @Test("lossy stills are smaller the less is asked, and near what was given")
    func lossy() throws {
        let image = ramp(96, 64, 0)
        let (fine, coarse) = (
            try WebPEncoder.encode(image, .lossy(quality: 95)), try WebPEncoder.encode(image, .lossy(quality: 5))
        )
        #expect(coarse.count < fine.count)
        let (near, far) = (try decode(fine).frames[0], try decode(coarse).frames[0])
        #expect(difference(near, image) < 6 && difference(near, image) < difference(far, image))
    }

    @Test("films keep pictures, order and durations")
    func film() throws {
        let frames = [ramp(40, 30, 0), ramp(40, 30, 60), ramp(40, 30, 120)]
        let encoder = try WebPAnimationEncoder(width: 40, height: 30, .lossless)
        for (frame, duration) in zip(frames, [100, 250, 60_000]) { try encoder.add(frame, duration_ms: duration) }
        let found = try decode(try encoder.finish())
        #expect(found.frames == frames && found.ends_ms == [100, 350, 60_350] && found.loops == 0)

        let lossy = try WebPAnimationEncoder(width: 40, height: 30, .lossy(quality: 90))
        for frame in frames { try lossy.add(frame, duration_ms: 500) }
        let near = try decode(try lossy.finish())
        #expect(near.ends_ms == [500, 1000, 1500])
        for (one, other) in zip(near.frames, frames) { #expect(difference(one, other) < 12) }
    }

    @Test("pictures and durations that do not fit are errors of the kind")
    func errors() throws {
        let (small, wide) = (
            RGBImage(width: 2, height: 2, red: 1, green: 1, blue: 1),
            RGBImage(width: 16_384, height: 1, red: 1, green: 1, blue: 1)
        )
        func kind(_ body: () throws -> Void) -> ImageFileError.Kind? {
            do { try body() } catch { return (error as? ImageFileError)?.kind }
            return nil
        }
        #expect(kind { _ = try WebPEncoder.encode(wide) } == .wrongSize)
        #expect(kind { _ = try WebPEncoder.encode(RGBImage(width: 0, height: 0, pixels: [])) } == .wrongSize)
        #expect(kind { _ = try WebPAnimationEncoder(width: 0, height: 4, .lossless) } == .wrongSize)
        #expect(kind { _ = try WebPAnimationEncoder(width: 4, height: 16_384, .lossless) } == .wrongSize)
        let film = try WebPAnimationEncoder(width: 3, height: 2, .lossless)
        #expect(kind { try film.add(small, duration_ms: 10) } == .wrongSize)
        let fitting = RGBImage(width: 3, height: 2, red: 1, green: 2, blue: 3)
        for duration in [0, -1, 60_001, .max] {
            #expect(kind { try film.add(fitting, duration_ms: duration) } == .wrongSize)
        }
        #expect(kind { _ = try film.finish() } == .wrongSize)
        #expect(kind { try film.add(fitting, duration_ms: 10) } == nil)
        #expect(try decode(film.finish()).frames == [fitting])
    }
}
