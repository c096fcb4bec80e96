import Testing

@testable import Scheduler

@Suite("A table that is drawn again in its place")
struct WatchScreenTests {
    /// What a terminal of a size shows after some writes: enough of its language for what is written here.
    private struct Terminal {
        let columns: Int
        let rows: Int
        var lines = [""]
        var cursor = 0

        mutating func write(_ text: String) {
            var rest = text[...]
            while let character = rest.popFirst() {
                switch character {
                case "\n":
                    cursor += 1
                    if cursor == lines.count { lines.append("") }
                case "\r": break
                case "\u{1B}":
                    _ = rest.popFirst()
                    let number = Int(rest.prefix { $0.isNumber }) ?? 0
                    rest = rest.drop { $0.isNumber }
                    // Nothing above the screen can be reached.
                    if rest.popFirst() == "A" {
                        cursor = max(cursor - number, lines.count - rows, 0)
                    } else {
                        lines = lines.prefix(cursor) + [""]
                    }
                default:
                    lines[cursor].append(character)
                    if lines[cursor].count > columns { lines[cursor] = "overflow" }
                }
            }
        }
    }

    @Test("Frames of any length replace each other; the last one stays whole")
    func frames() {
        var terminal = Terminal(columns: 10, rows: 6)
        var screen = WatchScreen()
        terminal.write("before\n")
        let texts = ["a\nb\n", "one\n", (1...20).map { "line \($0)\n" }.joined(), "a line that is far too wide\nb\n"]
        for text in texts { terminal.write(screen.frame(text, columns: 10, rows: 6, isLast: false)) }
        #expect(terminal.lines == ["before", "a line tha", "b", ""])
        terminal.write(screen.frame(texts[2], columns: 10, rows: 6, isLast: false))
        #expect(terminal.lines.count == 7 && terminal.lines[5] == "... and 16")
        terminal.write(screen.frame(texts[2], columns: 10, rows: 6, isLast: true))
        #expect(terminal.lines == ["before"] + (1...20).map { "line \($0)" } + [""])
    }
}
