internal import CCairo
internal import EmbeddedFont

/// DejaVu Sans from the copy that the program carries, so that pictures depend on no font of a host.
///
/// Characters that the copy lacks are drawn as a box.
struct Typeface: @unchecked Sendable {
    /// The only one; nil where FreeType cannot read it.
    static let standard = Typeface()

    // Only Cairo uses the face, under a lock of its own; it lives as long as the program.
    let face: OpaquePointer

    private init?() {
        var library: FT_Library?
        var font: FT_Face?
        var bytes = 0
        guard let data = occ_font(&bytes), FT_Init_FreeType(&library) == 0,
            FT_New_Memory_Face(library, data, bytes, 0, &font) == 0, let font,
            let face = cairo_ft_font_face_create_for_ft_face(font, 0)
        else { return nil }
        self.face = face
    }

    /// The height of capitals as a share of the size.
    static let capitals = 0.729

    /// Cairo's options for all text: no subpixels, so that red and blue have no rims.
    static func withOptions<T>(_ body: (OpaquePointer?) -> T) -> T {
        let options = cairo_font_options_create()
        defer { cairo_font_options_destroy(options) }
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_ON)
        return body(options)
    }

    /// Pixels that a line of text takes across.
    func width(of text: String, size: Double) -> Double {
        var matrix = cairo_matrix_t()
        var identity = cairo_matrix_t()
        cairo_matrix_init_scale(&matrix, size, size)
        cairo_matrix_init_identity(&identity)
        let scaled = Self.withOptions { cairo_scaled_font_create(face, &matrix, &identity, $0) }
        defer { cairo_scaled_font_destroy(scaled) }
        var extents = cairo_text_extents_t()
        cairo_scaled_font_text_extents(scaled, ShownText.cleaned(text), &extents)
        return extents.x_advance
    }
}
