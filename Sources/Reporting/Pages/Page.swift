/// A whole page that opens from disk: no script, nothing from elsewhere, light or dark as the reader's system is.
public struct Page: Sendable {
    /// The title, of the window and on top.
    public var title: String
    /// What stands above the title, such as the way back; empty for nothing.
    public var above: HTML
    /// What stands beneath the title.
    public var body: HTML

    /// Makes a page.
    public init(title: String, above: HTML = "", body: HTML) {
        self.title = title
        self.above = above
        self.body = body
    }

    /// The file.
    public var file: [UInt8] { Array(html.source.utf8) }

    var html: HTML {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'">
        <title>\(title)</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <main>
        \(above)<h1>\(title)</h1>
        \(body)
        </main>
        </body>
        </html>

        """
    }

    private static let style: HTML = """

        :root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --line: #d5dae0; --back: #ffffff; --panel: #f5f7f9;
          --good: #1a7f4b; --bad: #b3362b; --bar: #4a7fb5; --other: #b8792a; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e4e8ec; --soft: #a0abb6; --line: #39414a; --back: #14181c; --panel: #1d2329;
          --good: #5cc98f; --bad: #f0857b; --bar: #6ea4da; --other: #dca35a; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 1180px; margin: 0 auto; padding: 20px 16px 64px; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 8px 0 12px; overflow-wrap: anywhere; }
        h2 { font-size: 1.2rem; margin: 36px 0 10px; }
        p { max-width: 75ch; margin: 8px 0; }
        a { color: var(--bar); }
        .soft { color: var(--soft); }
        .good { color: var(--good); } .bad { color: var(--bad); }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: 5px 12px 5px 0; text-align: left; border-bottom: 1px solid var(--line); vertical-align: middle; white-space: nowrap; }
        th { font-weight: 600; color: var(--soft); }
        td.number, th.number { text-align: right; }
        .tiles { display: flex; flex-wrap: wrap; gap: 12px; margin: 16px 0; padding: 0; }
        .tile { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 10px 18px; min-width: 128px; }
        .tile b { display: block; font-size: 1.6rem; line-height: 1.3; }
        .tile span { color: var(--soft); font-size: .9rem; }
        .bar { display: block; width: 220px; max-width: 34vw; height: 10px; background: var(--panel); border-radius: 3px; }
        .bar i { display: block; height: 10px; min-width: 1px; border-radius: 3px; background: var(--bar); }
        .bar i.other { background: var(--other); }
        .swatch { display: inline-block; width: 12px; height: 12px; border: 1px solid var(--line); border-radius: 2px; margin-right: 8px; }
        .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 260px), 1fr)); gap: 16px; }
        .cards a { color: inherit; text-decoration: none; }
        .cards figure { margin: 0; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
        .cards img { display: block; width: 100%; height: auto; }
        figcaption { padding: 8px 12px; font-size: .9rem; overflow-wrap: anywhere; }
        .picture { display: block; max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: 8px; }
        code { font-size: .9em; overflow-wrap: anywhere; }
        nav { font-size: .95rem; }
        """
}

extension HTML {
    /// A table; the first column is text, the others as `numbers` says.
    ///
    /// - Parameters:
    ///   - header: titles of the columns.
    ///   - numbers: columns whose cells stand on the right.
    ///   - rows: the cells of each row.
    public static func table(_ header: [String], numbers: Set<Int> = [], _ rows: [[HTML]]) -> HTML {
        func cells(_ name: HTML, _ cells: [HTML]) -> [HTML] {
            cells.enumerated().map { column, cell in
                numbers.contains(column) ? "<\(name) class=\"number\">\(cell)</\(name)>" : "<\(name)>\(cell)</\(name)>"
            }
        }
        let head = cells("th", header.map { "\($0)" })
        let lines: [HTML] = rows.map { "<tr>\(cells("td", $0))</tr>\n" }
        return "<div class=\"wide\"><table>\n<thead><tr>\(head)</tr></thead>\n<tbody>\n\(lines)</tbody></table></div>\n"
    }

    /// A bar of a share of the whole, 0 to 1; nothing where there is no value.
    public static func bar(_ share: Double?, isOther: Bool = false) -> HTML {
        guard let share, share.isFinite else { return "" }
        let percent = 100 * min(max(share, 0), 1)
        let kind: HTML = isOther ? " class=\"other\"" : ""
        return "<span class=\"bar\"><i\(kind) style=\"width:\(plain: percent)%\"></i></span>"
    }

    /// A few numbers with their names, large.
    public static func tiles(_ tiles: [(title: String, value: HTML)]) -> HTML {
        let found: [HTML] = tiles.map { "<div class=\"tile\"><b>\($0.value)</b><span>\($0.title)</span></div>" }
        return "<div class=\"tiles\">\(found)</div>\n"
    }
}

extension HTML.Interpolation {
    /// Adds a number as style sheets have it: a point, one digit.
    mutating func appendInterpolation(plain number: Double) {
        let tenths = Int((number * 10).rounded())
        appendInterpolation("\(tenths / 10).\(tenths % 10)")
    }
}
