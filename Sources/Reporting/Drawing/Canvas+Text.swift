internal import CCairo

/// How large text is, pixels.
enum TextSize {
    static let title = 24.0
    static let subtitle = 15.0
    static let panel = 16.0
    static let legend = 14.0
    static let small = 11.0
}

extension Canvas {
    /// Where a text stands relative to its place.
    enum Alignment { case left, centre, right }

    /// Pixels that a text takes across.
    static func width(of text: String, size: Double) -> Int {
        Int((Typeface.standard?.width(of: text, size: size) ?? 0).rounded(.up))
    }

    /// The text, or as much of its beginning as fits, with three dots.
    static func fitted(_ text: String, width available: Int, size: Double) -> String {
        // No line of a picture holds more.
        var kept = String(text.prefix(1000))
        guard kept.count < text.count || width(of: kept, size: size) > available else { return text }
        while !kept.isEmpty, width(of: kept + "…", size: size) > available { kept.removeLast() }
        return kept + "…"
    }

    /// Writes one line of text; `y` is the top of its capitals.
    ///
    /// U+FFFD stands in place of what is not shown (`ShownText`): Cairo refuses some of it.
    func write(
        _ text: String,
        x: Int,
        y: Int,
        size: Double,
        _ colour: Colour = Canvas.ink,
        _ alignment: Alignment = .left
    ) {
        let width = alignment == .left ? 0 : Canvas.width(of: text, size: size)
        let left = alignment == .right ? x - width : x - width / 2
        use(colour, 1)
        cairo_set_font_size(context, size)
        cairo_new_path(context)
        cairo_move_to(context, Double(left), Double(y) + (size * Typeface.capitals).rounded())
        cairo_show_text(context, ShownText.cleaned(text))
    }
}
