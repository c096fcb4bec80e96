/// Enlarges glyphs with soft edges.
enum GlyphRaster {
    /// How much of each pixel is ink, `scale` pixels a column and row of the glyph.
    static func coverage(_ glyph: BitmapFont.Glyph, scale: Int) -> [[Double]] {
        // Four times larger with smooth diagonals, then averaged (or repeated) to the scale wanted.
        let fine = doubled(doubled(glyph.ink))
        let (height, width) = (BitmapFont.rows * scale, glyph.columns * scale)
        return (0..<height).map { y in
            (0..<width).map { x in
                let (top, bottom) = span(y, scale)
                let (left, right) = span(x, scale)
                var count = 0
                for row in top..<bottom { for column in left..<right where fine[row][column] { count += 1 } }
                return Double(count) / Double((bottom - top) * (right - left))
            }
        }
    }

    /// The fine cells that a pixel covers.
    private static func span(_ index: Int, _ scale: Int) -> (Int, Int) {
        let start = index * 4 / scale
        return (start, max(start + 1, (index + 1) * 4 / scale))
    }

    /// The EPX rule: a corner takes the colour that its two neighbours share, if the other two differ.
    private static func doubled(_ ink: [[Bool]]) -> [[Bool]] {
        let height = ink.count
        let width = ink.first?.count ?? 0
        func at(_ row: Int, _ column: Int) -> Bool {
            row >= 0 && row < height && column >= 0 && column < width && ink[row][column]
        }
        var result = [[Bool]](repeating: [Bool](repeating: false, count: width * 2), count: height * 2)
        for row in 0..<height {
            for column in 0..<width {
                let here = ink[row][column]
                let (up, down) = (at(row - 1, column), at(row + 1, column))
                let (left, right) = (at(row, column - 1), at(row, column + 1))
                result[row * 2][column * 2] = left == up && left != down && up != right ? up : here
                result[row * 2][column * 2 + 1] = up == right && up != left && right != down ? right : here
                result[row * 2 + 1][column * 2] = down == left && down != right && left != up ? left : here
                result[row * 2 + 1][column * 2 + 1] = right == down && right != up && down != left ? right : here
            }
        }
        return result
    }
}
