/// What all figures have in common: titles.
extension Canvas {
    /// Pixels that the title of a panel takes.
    static let panelTitleHeight = 26

    /// Writes the large line on top and the small one below it.
    func writeTitles(_ title: String, _ subtitle: String, margin: Int, note: String = "") {
        let room = width - 2 * margin
        let note = Canvas.fitted(note, width: room / 2, size: TextSize.subtitle)
        let noteWidth = Canvas.width(of: note, size: TextSize.subtitle)
        let left = title.isEmpty ? room : room - noteWidth - 20
        write(Canvas.fitted(title, width: left, size: TextSize.title), x: margin, y: margin, size: TextSize.title)
        write(note, x: width - margin, y: margin + 7, size: TextSize.subtitle, Canvas.ink, .right)
        write(
            Canvas.fitted(subtitle, width: room, size: TextSize.subtitle),
            x: margin,
            y: title.isEmpty ? margin : margin + 34,
            size: TextSize.subtitle,
            Canvas.faintInk
        )
    }

    /// Writes a panel's title, and a remark on the right of it.
    func writePanelTitle(_ title: String, note: String, above place: Rectangle) {
        let y = place.y - Canvas.panelTitleHeight + 4
        let note = Canvas.fitted(note, width: place.width * 2 / 3, size: TextSize.legend)
        let room = place.width - Canvas.width(of: note, size: TextSize.legend) - 12
        write(Canvas.fitted(title, width: room, size: TextSize.panel), x: place.x, y: y, size: TextSize.panel)
        write(note, x: place.right, y: y + 1, size: TextSize.legend, Canvas.faintInk, .right)
    }
}
