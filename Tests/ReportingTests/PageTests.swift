import Foundation
import Testing

@testable import Reporting

@Suite("Pages")
struct PageTests {
    @Test("No text becomes markup, in an element or in an attribute")
    func escaping() {
        let name = "<script>alert(\"1\" & '2')</script>\u{0}\u{7}\u{9F}é\n"
        let piece: HTML = "<td title=\"\(name)\">\(name)</td>"
        #expect(!piece.source.contains("<script"))
        let inside = piece.source.dropFirst("<td title=\"".count)
        #expect(inside.prefix { $0 != "\"" }.hasSuffix("é\n"))
        #expect(
            piece.source.contains(
                "&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;\u{FFFD}\u{FFFD}\u{FFFD}é"
            )
        )
        // Noncharacters, and what would turn the direction of the text behind it.
        for number: UInt32 in [0xFFFF, 0xFDEF, 0x1FFFE, 0x202A, 0x202E, 0x2066, 0x2069] {
            let text = "a" + (Unicode.Scalar(number).map { String($0) } ?? "") + "b"
            let strange: HTML = "\(text)"
            #expect(strange.source == "a\u{FFFD}b", "\(number)")
        }
        let shown = "\u{202F}\u{2065}\u{FDF0}\u{FFFD}\u{10000}"
        let plain: HTML = "\(shown)"
        #expect(plain.source == shown)
        // A piece that is one already stays as it is.
        let row: HTML = "<tr>\(piece)\([piece])</tr>"
        #expect(row.source == "<tr>\(piece.source)\(piece.source)</tr>")
    }

    @Test(
        "Numbers have their digits, and a dash where there is none",
        arguments: [
            (17.106, 2, "17.11"), (0, 2, "0.00"), (-0.004, 2, "0.00"), (-1.25, 1, "−1.3"), (99.999, 2, "100.00"),
            (5, 0, "5"),
            (0.0562, 4, "0.0562"), (.nan, 2, "–"), (.infinity, 2, "–"), (nil, 2, "–"),
        ] as [(Double?, Int, String)]
    )
    func numbers(value: Double?, digits: Int, text: String) {
        #expect(HTML.number(value, digits: digits) == text)
    }

    @Test("An address stays beneath its folder, whatever names hold")
    func addresses() {
        #expect(HTML.path(["scenes", "scene-0103.html"]).source == "scenes/scene-0103.html")
        #expect(
            HTML.path(["pictures", "a/b?c#d \"e\"é", "x.webp"]).source
                == "pictures/a%2Fb%3Fc%23d%20%22e%22%C3%A9/x.webp"
        )
    }

    @Test("A page has neither scripts nor anything from elsewhere, and its title once in the window and once on top")
    func page() {
        let page = Page(title: "A & B", body: HTML.table(["x", "n"], numbers: [1], [["1 < 2", "\(3)"]]))
        let text = String(decoding: page.file, as: UTF8.self)
        #expect(text.hasPrefix("<!DOCTYPE html>") && text.contains("default-src 'none'"))
        #expect(!text.contains("<script") && !text.contains("http:") && !text.contains("https:"))
        #expect(text.components(separatedBy: "A &amp; B").count == 3)
        #expect(text.contains("<td class=\"number\">3</td>") && text.contains("<th scope=\"col\">x</th>"))
    }

    @Test("A page that is served has no style or script of its own, and says where both are")
    func served() {
        let frame = Page.Frame(style: "/s.css", icon: "/i.svg", script: "/s.js", navigation: "<a href=\"/\">Runs</a>")
        let body = HTML.bar(0.5).source + HTML.table(["x"], label: "a < b", [["1"]]).source
        let page = Page(title: "A", body: "\(HTML.bar(0.5))\(HTML.table(["x"], label: "a < b", [["1"]]))", frame: frame)
        let text = String(decoding: page.file, as: UTF8.self)
        #expect(!text.contains("<style") && !text.contains("style=") && !text.contains("http-equiv"))
        #expect(text.contains("<script src=\"/s.js\" defer></script>") && text.contains(body))
        #expect(
            text.contains("tabindex=\"0\" aria-label=\"a &lt; b\"") && text.contains("<nav aria-label=\"Pages\"><a")
        )
        #expect(String(decoding: Page.styleSheet, as: UTF8.self).contains(":root { color-scheme: light dark;"))
    }

    @Test("A bar is as long as its share, and there is none without a value")
    func bars() {
        #expect(HTML.bar(0.256).source.contains("width=\"25.6\""))
        #expect(HTML.bar(7).source.contains("width=\"100.0\"") && HTML.bar(-1).source.contains("width=\"0.0\""))
        #expect(HTML.bar(0.5, isOther: true).source.contains("<rect class=\"other\" width="))
        #expect(HTML.bar(nil) == "" && HTML.bar(.nan) == "")
    }
}
