/// A whole page: light or dark as the reader's system is, nothing from elsewhere.
///
/// It opens from disk and has no script, or is served (`Frame`) and then has neither style nor script of its own.
public struct Page: Sendable {
    /// What is around a page that is served.
    public struct Frame: Sendable {
        /// Address of `Page.styleSheet`.
        public var style: String
        /// Address of a picture for the window's tab.
        public var icon: String
        /// Address of a script; nil for none.
        public var script: String?
        /// The way to other pages.
        public var navigation: HTML

        /// Makes a frame.
        public init(style: String, icon: String, script: String?, navigation: HTML) {
            self.style = style
            self.icon = icon
            self.script = script
            self.navigation = navigation
        }
    }

    /// The title, of the window and on top.
    public var title: String
    /// What stands above the title, such as the way back; empty for nothing.
    public var above: HTML
    /// What stands beneath the title.
    public var body: HTML
    /// What is around it where it is served; nil for a page that opens from disk.
    public var frame: Frame?

    /// Makes a page.
    public init(title: String, above: HTML = "", body: HTML, frame: Frame? = nil) {
        self.title = title
        self.above = above
        self.body = body
        self.frame = frame
    }

    /// The file.
    public var file: [UInt8] { Array(html.source.utf8) }

    /// The looks of every page, as a file.
    public static var styleSheet: [UInt8] { Array(style.source.utf8) }

    var html: HTML {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        \(head)<title>\(title)</title>
        </head>
        <body>
        \(frame.map { Self.header($0) } ?? "")<main id="main">
        \(above)<h1>\(title)</h1>
        \(body)
        </main>
        </body>
        </html>

        """
    }

    private var head: HTML {
        guard let frame else {
            return """
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'">
                <style>\(Self.style)</style>

                """
        }
        let script: HTML = frame.script.map { "<script src=\"\($0)\" defer></script>\n" } ?? ""
        return """
            <link rel="stylesheet" href="\(frame.style)">
            <link rel="icon" href="\(frame.icon)" type="image/svg+xml">
            \(script)
            """
    }

    private static func header(_ frame: Frame) -> HTML {
        """
        <a class="skip" href="#main">Skip to the page</a>
        <header><nav aria-label="Pages">\(frame.navigation)</nav></header>

        """
    }

    private static let style: HTML = """

        :root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --line: #d5dae0; --back: #ffffff; --panel: #f5f7f9;
          --good: #1a7f4b; --bad: #b3362b; --link: #2c629b; --bar: #4a7fb5; --other: #b8792a; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e4e8ec; --soft: #a0abb6; --line: #39414a; --back: #14181c; --panel: #1d2329;
          --good: #5cc98f; --bad: #f0857b; --link: #7fb2e5; --bar: #6ea4da; --other: #dca35a; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 1180px; margin: 0 auto; padding: 20px 16px 64px; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 8px 0 12px; overflow-wrap: anywhere; }
        h2 { font-size: 1.2rem; margin: 36px 0 10px; }
        p { max-width: 75ch; margin: 8px 0; }
        a { color: var(--link); }
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
        .bar rect { fill: var(--bar); } .bar rect.other { fill: var(--other); }
        .swatch { display: inline-block; width: 12px; height: 12px; border: 1px solid var(--line); border-radius: 2px; margin-right: 8px; }
        .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 260px), 1fr)); gap: 16px; }
        .cards a { color: inherit; text-decoration: none; }
        .cards figure { margin: 0; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
        .cards img { display: block; width: 100%; height: auto; }
        figcaption { padding: 8px 12px; font-size: .9rem; overflow-wrap: anywhere; }
        .picture { display: block; max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: 8px; }
        code { font-size: .9em; overflow-wrap: anywhere; }
        nav { font-size: .95rem; }
        header { border-bottom: 1px solid var(--line); }
        header nav { max-width: 1180px; margin: 0 auto; padding: 10px 16px; display: flex; flex-wrap: wrap; gap: 6px 18px; align-items: center; }
        header form { margin: 0 0 0 auto; }
        .skip { position: absolute; left: -9999px; } .skip:focus { left: 16px; top: 8px; background: var(--back); padding: 4px 10px; }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        progress { display: block; width: 100%; height: 14px; accent-color: var(--bar); }
        form { margin: 8px 0; }
        form.row, .row { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; }
        label { display: inline-flex; gap: 8px; align-items: center; flex-wrap: wrap; }
        input, select, button, summary { font: inherit; }
        input[type=text], input[type=password], select { color: var(--ink); background: var(--back); border: 1px solid var(--soft); border-radius: 6px;
          padding: 6px 10px; max-width: 100%; min-width: 0; }
        button { color: var(--ink); background: var(--panel); border: 1px solid var(--soft); border-radius: 6px; padding: 6px 14px; cursor: pointer; }
        summary { cursor: pointer; padding: 6px 0; } details.danger button { color: var(--bad); border-color: var(--bad); }
        .note { background: var(--panel); border-left: 4px solid var(--bar); padding: 8px 14px; overflow-wrap: anywhere; }
        td.text { white-space: normal; min-width: 18rem; overflow-wrap: anywhere; }
        .pixels { image-rendering: pixelated; }
        """
}

extension HTML {
    /// A table; the first column is text, the others as `numbers` says.
    ///
    /// - Parameters:
    ///   - header: titles of the columns.
    ///   - numbers: columns whose cells stand on the right.
    ///   - texts: columns whose cells may have several lines.
    ///   - label: what it is of, for those who do not see it; then it can be moved sideways with the keyboard.
    ///   - rows: the cells of each row.
    public static func table(
        _ header: [String],
        numbers: Set<Int> = [],
        texts: Set<Int> = [],
        label: String? = nil,
        _ rows: [[HTML]]
    ) -> HTML {
        func cells(_ name: HTML, _ attributes: HTML, _ cells: [HTML]) -> [HTML] {
            cells.enumerated().map { column, cell in
                let kind: HTML =
                    numbers.contains(column) ? " class=\"number\"" : texts.contains(column) ? " class=\"text\"" : ""
                return "<\(name)\(attributes)\(kind)>\(cell)</\(name)>"
            }
        }
        let head = cells("th", " scope=\"col\"", header.map { "\($0)" })
        let lines: [HTML] = rows.map { "<tr>\(cells("td", "", $0))</tr>\n" }
        let region: HTML = label.map { " role=\"region\" tabindex=\"0\" aria-label=\"\($0)\"" } ?? ""
        return
            "<div class=\"wide\"\(region)><table>\n<thead><tr>\(head)</tr></thead>\n<tbody>\n\(lines)</tbody></table></div>\n"
    }

    /// A bar of a share of the whole, 0 to 1; nothing where there is no value.
    ///
    /// It is a drawing, as pages that are served take no style from attributes.
    public static func bar(_ share: Double?, isOther: Bool = false) -> HTML {
        guard let share, share.isFinite else { return "" }
        let percent = 100 * min(max(share, 0), 1)
        let kind: HTML = isOther ? " class=\"other\"" : ""
        return """
            <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect\(kind) width="\(plain: percent)" \
            height="10"/></svg>
            """
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
