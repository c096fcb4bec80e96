import Foundation
import Testing

/// Pages name only files that are there.
@Suite("Paths in pages")
struct PageTests {
    /// Paths that the pages name and that are not there, as `page: path`.
    static func missing(_ tree: Tree) -> Set<String> {
        let folders = Set(
            tree.paths.compactMap { $0.contains("/") ? $0.split(separator: "/").first.map(String.init) : nil }
        )
        var missing: Set<String> = []
        for (page, text) in tree.texts {
            guard page.hasSuffix(".md"), page.hasPrefix("docs/") || ["README.md", "CONTRIBUTING.md"].contains(page)
            else { continue }
            for path in named(in: text, folders: folders) + linked(in: text, page: page) where !isThere(path, tree) {
                missing.insert("\(page): \(path)")
            }
        }
        return missing
    }

    /// Words in backticks that begin with one of the project's folders.
    private static func named(in text: String, folders: Set<String>) -> [String] {
        let blocks = text.components(separatedBy: "```").enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        let spans = blocks.flatMap { $0.split(separator: "`", omittingEmptySubsequences: false).enumerated() }
            .filter { $0.offset % 2 == 1 }
        return spans.flatMap { $0.element.split(whereSeparator: \.isWhitespace) }.map {
            $0.trimmingCharacters(in: CharacterSet(charactersIn: ",;:()'\""))
        }.filter { word in
            let parts = word.split(separator: "/")
            // Words of capitals stand for others, as do those in angle brackets.
            let isPattern =
                word.contains("<") || word.contains("$")
                || parts.contains { $0.count > 2 && $0.allSatisfy(\.isUppercase) }
            return parts.count > 1 && folders.contains(String(parts[0])) && !isPattern
        }
    }

    /// Where the links of a page go that stay in the project.
    private static func linked(in text: String, page: String) -> [String] {
        text.components(separatedBy: "](").dropFirst().compactMap { rest in
            let link = rest.prefix { $0 != ")" }.prefix { $0 != "#" }
            guard !link.isEmpty, !link.contains(":") else { return nil }
            var parts = page.split(separator: "/").dropLast().map(String.init)
            for part in link.split(separator: "/") where part != "." {
                if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
            }
            return parts.joined(separator: "/")
        }
    }

    private static func isThere(_ path: String, _ tree: Tree) -> Bool {
        if let open = path.firstIndex(of: "{"), let close = path.firstIndex(of: "}"), open < close {
            let (head, tail) = (path[..<open], path[path.index(after: close)...])
            let choices = path[path.index(after: open)..<close].split(separator: ",")
            return choices.allSatisfy { isThere("\(head)\($0)\(tail)", tree) }
        }
        let trimmed = path.hasSuffix("/") || path.hasSuffix(".") ? String(path.dropLast()) : path
        guard let star = trimmed.firstIndex(of: "*") else { return tree.has(trimmed) }
        let (head, tail) = (trimmed[..<star], trimmed[trimmed.index(after: star)...])
        return tree.paths.contains { $0.hasPrefix(head) && $0.hasSuffix(tail) }
    }

    @Test("Every path in a page is there") func project() {
        #expect(Self.missing(.project) == [])
    }

    // The check itself, on made-up pages.

    @Test func missingPathsAreFound() {
        let page = """
            `ops/a/run`, `Sources/{A,B}/*.swift`, `ops/a`, `./x`, `a/b`, `ops/<name>/run`, `ops/NAME`, [other](other.md#part),
            [up](../README.md), [web](https://example.org/x), `ops/a/run --all ops/gone/run`, `Sources/{A,C}/a.swift`,
            [none](none.md)

            ```sh
            ops/none/run `ops/none/run`
            ```
            `Sources/B/*.c`
            """
        let tree = Tree([
            "docs/page.md": page, "docs/other.md": "", "README.md": "`docs/page.md` `docs/lost.md`", "ops/a/run": "",
            "Sources/A/a.swift": "`ops/lost`", "Sources/B/b.swift": "",
        ])
        #expect(
            Self.missing(tree) == [
                "README.md: docs/lost.md", "docs/page.md: ops/gone/run", "docs/page.md: Sources/{A,C}/a.swift",
                "docs/page.md: docs/none.md", "docs/page.md: Sources/B/*.c",
            ]
        )
    }
}
