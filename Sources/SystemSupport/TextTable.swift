/// Columns of text for people, aligned.
public enum TextTable {
    /// Renders a header and rows, all to the left, with two blanks between columns; the last column is not padded.
    public static func render(header: [String], rows: [[String]]) -> String {
        let last = header.count - 1
        return aligned([header] + rows, padding: last, texts: last).map { $0 + "\n" }.joined()
    }

    /// Renders rows of a text and numbers: the first column to the left, the others to the right, no blanks at the ends of lines.
    public static func ofNumbers(_ rows: [[String]]) -> String {
        lines(rows, texts: 1).map { String($0.reversed().drop { $0 == " " }.reversed()) + "\n" }.joined()
    }

    /// One line a row: the first columns to the left, numbers to the right.
    ///
    /// - Parameter texts: how many of the first columns hold texts.
    public static func lines(_ rows: [[String]], texts: Int) -> [String] {
        aligned(rows, padding: rows.first?.count ?? 0, texts: texts)
    }

    private static func aligned(_ rows: [[String]], padding padded: Int, texts: Int) -> [String] {
        let widths = (0..<padded).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { column, cell in
                guard column < padded else { return cell }
                let blanks = String(repeating: " ", count: widths[column] - cell.count)
                return column < texts ? cell + blanks : blanks + cell
            }.joined(separator: "  ")
        }
    }
}
