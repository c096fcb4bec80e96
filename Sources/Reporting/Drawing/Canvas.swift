internal import ImageFiles

/// A picture that is drawn on; everything outside it is clipped.
struct Canvas {
    /// Text that is read first.
    static let ink = Colour(32, 33, 36)
    /// Text that is read second.
    static let faintInk = Colour(110, 113, 120)
    /// Frames and axes.
    static let rule = Colour(190, 193, 199)

    private(set) var image: RGBImage

    /// Makes an empty sheet.
    init(width: Int, height: Int, background: Colour = .white) {
        image = RGBImage(
            width: width,
            height: height,
            red: background.red,
            green: background.green,
            blue: background.blue
        )
    }

    /// Colours one pixel, `coverage` of it.
    mutating func point(_ x: Int, _ y: Int, _ colour: Colour, coverage: Double = 1) {
        guard x >= 0, y >= 0, x < image.width, y < image.height, coverage > 0 else { return }
        if coverage >= 1 {
            image[x, y] = (colour.red, colour.green, colour.blue)
        } else {
            let (red, green, blue) = image[x, y]
            let mixed = Colour(red, green, blue).mixed(with: colour, coverage)
            image[x, y] = (mixed.red, mixed.green, mixed.blue)
        }
    }

    /// Fills a rectangle.
    mutating func fill(x: Int, y: Int, width: Int, height: Int, _ colour: Colour, coverage: Double = 1) {
        for row in max(0, y)..<max(0, y, min(y + height, image.height)) {
            for column in max(0, x)..<max(0, x, min(x + width, image.width)) {
                point(column, row, colour, coverage: coverage)
            }
        }
    }

    /// Draws a frame of one pixel just outside a rectangle.
    mutating func frame(x: Int, y: Int, width: Int, height: Int, _ colour: Colour) {
        fill(x: x - 1, y: y - 1, width: width + 2, height: 1, colour)
        fill(x: x - 1, y: y + height, width: width + 2, height: 1, colour)
        fill(x: x - 1, y: y - 1, width: 1, height: height + 2, colour)
        fill(x: x + width, y: y - 1, width: 1, height: height + 2, colour)
    }

    /// Draws a circle's outline, one pixel wide with soft edges.
    mutating func circle(centreX: Double, centreY: Double, radius: Double, _ colour: Colour, coverage: Double) {
        let bounds = Int(radius + 2)
        for y in (Int(centreY) - bounds)...(Int(centreY) + bounds) {
            for x in (Int(centreX) - bounds)...(Int(centreX) + bounds) {
                let (dx, dy) = (Double(x) + 0.5 - centreX, Double(y) + 0.5 - centreY)
                let distance = abs((dx * dx + dy * dy).squareRoot() - radius)
                if distance < 1 { point(x, y, colour, coverage: coverage * (1 - distance)) }
            }
        }
    }

    /// Copies a picture to a place, every pixel `scale` wide and high.
    mutating func draw(_ picture: RGBImage, x: Int, y: Int, scale: Int) {
        for row in 0..<picture.height {
            for column in 0..<picture.width {
                let (red, green, blue) = picture[column, row]
                fill(
                    x: x + column * scale,
                    y: y + row * scale,
                    width: scale,
                    height: scale,
                    Colour(red, green, blue)
                )
            }
        }
    }

    /// Copies a picture into a rectangle, averaging where it shrinks and repeating where it grows.
    mutating func draw(_ picture: RGBImage, x: Int, y: Int, width: Int, height: Int) {
        guard picture.width > 0, picture.height > 0 else { return }
        for row in 0..<height {
            let top = row * picture.height / height
            let bottom = max(top + 1, (row + 1) * picture.height / height)
            for column in 0..<width {
                let left = column * picture.width / width
                let right = max(left + 1, (column + 1) * picture.width / width)
                var sum = (red: 0, green: 0, blue: 0)
                for sourceRow in top..<bottom {
                    for sourceColumn in left..<right {
                        let pixel = picture[sourceColumn, sourceRow]
                        sum.red += Int(pixel.red)
                        sum.green += Int(pixel.green)
                        sum.blue += Int(pixel.blue)
                    }
                }
                let count = (bottom - top) * (right - left)
                point(
                    x + column,
                    y + row,
                    Colour(
                        UInt8((sum.red + count / 2) / count),
                        UInt8((sum.green + count / 2) / count),
                        UInt8((sum.blue + count / 2) / count)
                    )
                )
            }
        }
    }

    /// Pixels that a text takes across.
    static func width(of text: some StringProtocol, scale: Int) -> Int {
        BitmapFont.standard.columns(of: text) * scale
    }

    /// The text, or as much of its beginning as fits, with three dots.
    static func fitted(_ text: String, width available: Int, scale: Int) -> String {
        guard width(of: text, scale: scale) > available else { return text }
        var kept = Substring(text)
        while !kept.isEmpty, width(of: kept + "...", scale: scale) > available { kept = kept.dropLast() }
        return kept + "..."
    }

    /// Pixels that a line of text takes down, descenders included.
    static func height(scale: Int) -> Int { BitmapFont.rows * scale }

    /// Writes one line of text; `y` is the top of its capitals.
    mutating func write(_ text: String, x: Int, y: Int, scale: Int, _ colour: Colour) {
        var left = x
        for character in text {
            let glyph = BitmapFont.standard.glyph(for: character)
            let coverage = GlyphRaster.coverage(glyph, scale: scale)
            for (row, values) in coverage.enumerated() {
                for (column, value) in values.enumerated() {
                    point(left + column, y + row, colour, coverage: value)
                }
            }
            left += (glyph.columns + 1) * scale
        }
    }
}
