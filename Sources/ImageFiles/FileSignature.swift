/// What a file is that is no JPEG picture, by its first bytes.
enum FileSignature {
    /// In words, with its article; nil for what is not known.
    static func name(of bytes: UnsafeRawBufferPointer) -> String? {
        let head = Array(bytes.prefix(12))
        func has(_ text: String, at offset: Int = 0) -> Bool { head.dropFirst(offset).starts(with: text.utf8) }
        if head.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return "a PNG picture" }
        if has("RIFF") { return has("WEBP", at: 8) ? "a WebP picture" : has("AVI ", at: 8) ? "a video (AVI)" : nil }
        if has("ftyp", at: 4) {
            return has("avif", at: 8) || has("avis", at: 8)
                ? "an AVIF picture" : has("hei", at: 8) ? "a HEIC picture" : "a video (MP4)"
        }
        if head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return "a video (Matroska)" }
        if head.starts(with: [0, 0, 0, 1]) || head.starts(with: [0, 0, 1]) {
            return "a video stream (H.264 or the like)"
        }
        if has("GIF8") { return "a GIF picture" }
        if has("BM") { return "a BMP picture" }
        if head.starts(with: [0x49, 0x49, 0x2A, 0]) || head.starts(with: [0x4D, 0x4D, 0, 0x2A]) {
            return "a TIFF picture"
        }
        return nil
    }

    /// What to do with it.
    static let advice =
        "make JPEG pictures of it, such as by: ffmpeg -i FILE -fps_mode passthrough -qscale:v 2 %06d.jpg"
}
