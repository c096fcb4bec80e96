/// A text on a terminal that is drawn again in its own place.
struct WatchScreen {
    /// Lines of the last frame, above the cursor.
    private var shownLines = 0

    /// What is to be written for the next frame.
    ///
    /// - Parameters:
    ///   - text: lines, each ended.
    ///   - columns: the terminal's width; longer lines are cut, as the terminal would break them into more lines than are counted.
    ///   - rows: its height; what finds no room is counted in a last line, as what scrolled away cannot be drawn again.
    ///   - isLast: whether the text is to stay, whole.
    mutating func frame(_ text: String, columns: Int, rows: Int, isLast: Bool) -> String {
        let up = shownLines > 0 ? "\u{1B}[\(shownLines)A" : ""
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        if !isLast {
            let room = max(2, rows - 1)
            if lines.count > room {
                let hidden = lines.count - (room - 1)
                lines = lines.prefix(room - 1) + ["... and \(hidden) lines more"]
            }
            lines = lines.map { String($0.prefix(max(1, columns))) }
        }
        shownLines = lines.count
        return up + "\r\u{1B}[J" + lines.map { $0 + "\n" }.joined()
    }
}
