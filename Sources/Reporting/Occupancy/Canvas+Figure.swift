internal import ImageFiles

/// What figures of the world from above have in common: titles, cameras, the car, a scale, a legend.
extension Canvas {
    /// Writes the large line on top and the small one below it; empty ones take no room.
    mutating func drawTitles(_ title: String, _ subtitle: String, _ layout: BirdsEyeLayout) {
        let width = layout.width - 2 * BirdsEyeLayout.margin
        var y = BirdsEyeLayout.margin
        if !title.isEmpty {
            write(
                Canvas.fitted(title, width: width, scale: 3),
                x: BirdsEyeLayout.margin,
                y: y,
                scale: 3,
                Self.ink
            )
            y += BirdsEyeLayout.titleHeight
        }
        if !subtitle.isEmpty {
            let text = Canvas.fitted(subtitle, width: width, scale: 2)
            write(text, x: BirdsEyeLayout.margin, y: y, scale: 2, Self.faintInk)
        }
    }

    /// Draws camera pictures with their names in a corner.
    mutating func drawCameras(_ cameras: [BirdsEyeFigure.Camera], _ layout: BirdsEyeLayout) {
        for (camera, place) in zip(cameras, layout.cameras) {
            draw(camera.image, x: place.x, y: place.y, width: place.width, height: place.height)
            guard !camera.name.isEmpty else { continue }
            let width = Canvas.width(of: camera.name, scale: 2)
            fill(x: place.x, y: place.y, width: width + 16, height: 24, .black, coverage: 0.55)
            write(camera.name, x: place.x + 8, y: place.y + 5, scale: 2, .white)
        }
    }

    /// Writes a panel's title, and a remark on the right of it.
    mutating func drawPanelTitle(_ title: String, note: String, above place: Rectangle) {
        let titleTop = place.y - BirdsEyeLayout.panelTitleHeight
        let note = Canvas.fitted(note, width: place.width / 2, scale: 2)
        let noteWidth = Canvas.width(of: note, scale: 2)
        let title = Canvas.fitted(title, width: place.width - noteWidth - 10, scale: 2)
        write(title, x: place.x, y: titleTop, scale: 2, Self.ink)
        write(note, x: place.x + place.width - noteWidth, y: titleTop, scale: 2, Self.faintInk)
    }

    /// The car, a white-rimmed arrowhead that points forward, in the middle of a panel.
    mutating func drawEgo(_ place: Rectangle) {
        let (centreX, centreY) = (Double(place.x) + Double(place.width) / 2, Double(place.y) + Double(place.height) / 2)
        for (size, colour) in [(12.0, Colour.white), (9.0, Self.ink)] {
            for y in Int(centreY - size)...Int(centreY + size) {
                for x in Int(centreX - size)...Int(centreX + size) {
                    var inside = 0
                    for sample in 0..<16 {
                        let dx = Double(x) + (Double(sample % 4) + 0.5) / 4 - centreX
                        let dy = Double(y) + (Double(sample / 4) + 0.5) / 4 - centreY
                        // Between the tip and a base with a notch.
                        let half = (dy + size) * 0.42
                        if abs(dx) <= half, dy <= size * 0.85 - (size * 0.8 - abs(dx)) * 0.45 { inside += 1 }
                    }
                    point(x, y, colour, coverage: Double(inside) / 16)
                }
            }
        }
    }

    /// Ten metres, in the lower left corner.
    mutating func drawScale(_ place: Rectangle, pixelsPerMetre: Double) {
        let length = Int((10 * pixelsPerMetre).rounded())
        guard length + 80 < place.width, place.height > 60 else { return }
        let (x, y) = (place.x + 14, place.y + place.height - 18)
        let label = "10 m"
        let width = length + 12 + Canvas.width(of: label, scale: 2)
        fill(x: x - 8, y: y - 11, width: width + 16, height: 23, .white, coverage: 0.85)
        fill(x: x, y: y, width: length, height: 2, Self.ink)
        fill(x: x, y: y - 4, width: 2, height: 10, Self.ink)
        fill(x: x + length - 2, y: y - 4, width: 2, height: 10, Self.ink)
        write(label, x: x + length + 12, y: y - 6, scale: 2, Self.ink)
    }

    /// Draws a legend: a patch of colour and a name for each entry.
    mutating func drawLegend(_ entries: [(name: String, colour: Colour)], _ layout: BirdsEyeLayout) {
        for (entry, place) in zip(entries, layout.legend) {
            fill(x: place.x, y: place.y, width: 18, height: 14, entry.colour)
            frame(x: place.x, y: place.y, width: 18, height: 14, Self.rule)
            write(entry.name, x: place.x + 27, y: place.y, scale: 2, Self.ink)
        }
    }
}
