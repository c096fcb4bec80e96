/// Lines of aligned columns for people.
enum TextTable {
    /// One line a row: the first columns to the left, numbers to the right.
    ///
    /// - Parameter texts: how many of the first columns hold texts.
    static func lines(_ table: [[String]], texts: Int) -> [String] {
        let columns = table.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in table.map { $0[column].count }.max() ?? 0 }
        return table.map { cells in
            cells.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column < texts ? cell + padding : padding + cell
            }.joined(separator: "  ")
        }
    }
}
