/// A small proportional font of our own for pictures: ASCII, five columns, seven rows above the baseline and two below.
///
/// Glyphs are enlarged by doubling with smoothed diagonals (the EPX rule) and averaged down, which gives soft edges at any
/// whole scale.
struct BitmapFont {
    /// Rows of a glyph, two of them below the baseline.
    static let rows = 9
    /// Rows above the baseline.
    static let ascent = 7

    /// One character's shape.
    struct Glyph {
        /// Columns that carry ink.
        let columns: Int
        /// Ink by row and column.
        let ink: [[Bool]]
    }

    /// The one font there is.
    static let standard = BitmapFont()

    private let glyphs: [Character: Glyph]

    private init() {
        var glyphs: [Character: Glyph] = [
            " ": Glyph(columns: 3, ink: Array(repeating: [false, false, false], count: 9))
        ]
        for line in Self.shapes.split(separator: "\n") {
            let parts = line.split(separator: " ")
            let bits = parts.dropFirst().map { UInt8($0, radix: 16)! }
            glyphs[Character(String(parts[0]))] = Self.glyph(bits)
        }
        self.glyphs = glyphs
    }

    /// The shape of a character; a question mark for what the font lacks.
    func glyph(for character: Character) -> Glyph {
        glyphs[character] ?? glyphs["?"]!
    }

    /// Columns that a text takes, one empty column between characters.
    func columns(of text: some StringProtocol) -> Int {
        max(0, text.reduce(0) { $0 + glyph(for: $1).columns + 1 } - 1)
    }

    /// Cuts the empty columns off and adds the rows below the baseline.
    private static func glyph(_ bits: [UInt8]) -> Glyph {
        let used = bits.reduce(0, |)
        let inked = (0..<5).filter { column in used & (16 >> UInt8(column)) != 0 }
        let (first, last) = (inked.min() ?? 0, inked.max() ?? 0)
        let rows = bits + [UInt8](repeating: 0, count: Self.rows - bits.count)
        return Glyph(
            columns: last - first + 1,
            ink: rows.map { row in (first...last).map { row & (16 >> UInt8($0)) != 0 } }
        )
    }

    /// A character, then its rows from the top, five bits each.
    private static let shapes = #"""
        ! 04 04 04 04 04 00 04
        " 0A 0A 0A
        # 0A 0A 1F 0A 1F 0A 0A
        $ 04 0F 14 0E 05 1E 04
        % 18 19 02 04 08 13 03
        & 0C 12 14 08 15 12 0D
        ' 04 04 08
        ( 02 04 08 08 08 04 02
        ) 08 04 02 02 02 04 08
        * 00 04 15 0E 15 04
        + 00 04 04 1F 04 04
        , 00 00 00 00 00 0C 04 08
        - 00 00 00 1E
        . 00 00 00 00 00 0C 0C
        / 01 01 02 04 08 10 10
        0 0C 12 12 12 12 12 0C
        1 04 0C 04 04 04 04 0E
        2 0E 11 01 02 04 08 1F
        3 0E 11 01 06 01 11 0E
        4 02 06 0A 12 1F 02 02
        5 1F 10 1E 01 01 11 0E
        6 06 08 10 1E 11 11 0E
        7 1F 01 02 04 04 08 08
        8 0E 11 11 0E 11 11 0E
        9 0E 11 11 0F 01 02 0C
        : 00 00 0C 0C 00 0C 0C
        ; 00 00 0C 0C 00 0C 04 08
        < 02 04 08 10 08 04 02
        = 00 00 1F 00 1F
        > 08 04 02 01 02 04 08
        ? 0E 11 01 02 04 00 04
        @ 0E 11 17 15 17 10 0E
        A 0E 11 11 11 1F 11 11
        B 1E 11 11 1E 11 11 1E
        C 0E 11 10 10 10 11 0E
        D 1E 11 11 11 11 11 1E
        E 1F 10 10 1E 10 10 1F
        F 1F 10 10 1E 10 10 10
        G 0E 11 10 17 11 11 0F
        H 11 11 11 1F 11 11 11
        I 0E 04 04 04 04 04 0E
        J 01 01 01 01 01 11 0E
        K 11 12 14 18 14 12 11
        L 10 10 10 10 10 10 1F
        M 11 1B 15 15 11 11 11
        N 11 19 19 15 13 13 11
        O 0E 11 11 11 11 11 0E
        P 1E 11 11 1E 10 10 10
        Q 0E 11 11 11 15 12 0D
        R 1E 11 11 1E 14 12 11
        S 0F 10 10 0E 01 01 1E
        T 1F 04 04 04 04 04 04
        U 11 11 11 11 11 11 0E
        V 11 11 11 11 0A 0A 04
        W 11 11 11 15 15 1B 11
        X 11 11 0A 04 0A 11 11
        Y 11 11 0A 04 04 04 04
        Z 1F 01 02 04 08 10 1F
        [ 0C 08 08 08 08 08 0C
        \ 10 10 08 04 02 01 01
        ] 0C 04 04 04 04 04 0C
        ^ 04 0A 11
        _ 00 00 00 00 00 00 00 1F
        ` 08 04
        a 00 00 0E 01 0F 11 0F
        b 10 10 1E 11 11 11 1E
        c 00 00 0E 11 10 11 0E
        d 01 01 0F 11 11 11 0F
        e 00 00 0E 11 1F 10 0E
        f 06 08 1E 08 08 08 08
        g 00 00 0F 11 11 11 0F 01 0E
        h 10 10 1E 11 11 11 11
        i 08 00 08 08 08 08 08
        j 02 00 02 02 02 02 02 12 0C
        k 10 10 12 14 18 14 12
        l 08 08 08 08 08 08 0C
        m 00 00 1E 15 15 15 15
        n 00 00 1E 11 11 11 11
        o 00 00 0E 11 11 11 0E
        p 00 00 1E 11 11 11 1E 10 10
        q 00 00 0F 11 11 11 0F 01 01
        r 00 00 16 18 10 10 10
        s 00 00 0F 10 0E 01 1E
        t 08 08 1E 08 08 08 06
        u 00 00 11 11 11 11 0F
        v 00 00 11 11 11 0A 04
        w 00 00 11 15 15 15 0A
        x 00 00 11 0A 04 0A 11
        y 00 00 11 11 11 11 0F 01 0E
        z 00 00 1F 02 04 08 1F
        { 06 04 04 08 04 04 06
        | 04 04 04 04 04 04 04 04
        } 0C 04 04 02 04 04 0C
        ~ 00 00 08 15 02
        """#
}
