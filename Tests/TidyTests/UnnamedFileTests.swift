import Foundation
import Testing

/// Every file of `ops` and `Tests` is named somewhere: what nothing names is dead.
@Suite("Files that nothing names")
struct UnnamedFileTests {
    /// Files of `ops` and `Tests` that are no part of a target and that no other file names; golden files that no test reads.
    static func unnamed(_ tree: Tree) -> Set<String> {
        let targets = tree.manifest.modules.map { $0.path + "/" }
        let sameNames = Dictionary(grouping: tree.paths) { $0.split(separator: "/").last! }
        // What these tests list or make up counts for nothing.
        let texts = tree.texts.filter { !$0.key.hasPrefix("Tests/TidyTests/") }
        return tree.paths.filter { path in
            guard path.hasPrefix("ops/") || path.hasPrefix("Tests/") else { return false }
            if path.hasSuffix(".swift"), targets.contains(where: path.hasPrefix) { return false }
            if path.contains("/Goldens/"), !path.hasSuffix(".py") { return !isRead(golden: path, tree) }
            let isUnique = sameNames[path.split(separator: "/").last!]?.count == 1
            return !texts.contains { $0 != path && names(path, isUnique: isUnique, in: $1, of: $0) }
        }
    }

    /// Whether a text names a file: by its path; by its name where no other file has it; or, near it, by its name or as a
    /// Python module.
    private static func names(_ path: String, isUnique: Bool, in text: String, of other: String) -> Bool {
        let parts = path.split(separator: "/")
        let (name, folder) = (String(parts.last!), parts.dropLast().joined(separator: "/"))
        if text.containsWord(path) || name == "README.md" && text.containsWord(folder) { return true }
        let near = parts.prefix(2).joined(separator: "/") + "/"
        if isUnique, name.contains("."), text.containsWord(name) { return true }
        guard other.hasPrefix(near) else { return false }
        if name.hasSuffix(".py") {
            let stem = name.dropLast(3)
            if text.containsWord("import \(stem)") || text.containsWord("from \(stem) import") { return true }
        }
        return text.containsWord(name)
    }

    /// Whether a test of the same target names a golden file: its name, its name without what follows the first dot, or a
    /// pattern of it; tables of a dataset are named by the code that reads datasets.
    private static func isRead(golden path: String, _ tree: Tree) -> Bool {
        let parts = path.split(separator: "/").map(String.init)
        let name = parts.last!
        let stem = String(name.prefix { $0 != "." })
        let readers = tree.texts.filter { other, _ in
            other.hasSuffix(".swift")
                && (other.hasPrefix("Tests/\(parts[1])/") || parts.count > 4 && other.hasPrefix("Sources/"))
        }
        return readers.values.contains { text in
            Token.all(of: text).contains { token in
                guard token.kind == .string else { return false }
                let last = String(token.text.split(separator: "/").last ?? "")
                return last == name || last == stem || matches(name, pattern: last)
            }
        }
    }

    /// Whether a name comes of a string with code in it, whose fixed parts say something: three letters besides the ending.
    static func matches(_ name: String, pattern: String) -> Bool {
        let fixed = pattern.components(separatedBy: "\\()")
        guard fixed.count > 1,
            fixed.joined().prefix(while: { $0 != "." }).count >= 3 || fixed.dropLast().joined().count >= 2
        else { return false }
        var rest = Substring(name)
        guard rest.hasPrefix(fixed[0]), rest.hasSuffix(fixed.last!) else { return false }
        for part in fixed where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }

    @Test("Every file of ops and Tests is named, but those that are known") func project() {
        #expect(changes(Self.unnamed(.project), known: Known.unnamedFiles) == [])
    }

    // The check itself, on made-up files.

    @Test func unnamedFilesAreFound() {
        var tree = Tree([
            "Package.swift": #"tests("ATests", ["A"])"#,
            "Makefile": "all:\n\tops/all/run\n",
            "README.md": "see `ops/learn`",
            "ops/all/run": "python3 near.py; dead.python; ops/far/near.py",
            "ops/all/near.py": "import helper",
            "ops/all/helper.py": "see unique.py",
            "ops/far/unique.py": "",
            "ops/far/near.py": "",
            "ops/learn/README.md": "",
            "Tests/ATests/A.swift":
                #"let file = "\#\(folder)/one.json", other = "v\#\(version)-\#\(kind).npz", third = "three""#
                .replacing("\\#\\", with: "\\"),
            "Tests/ATests/Goldens/one.json": "",
            "Tests/ATests/Goldens/v1-boxes.npz": "",
            "Tests/ATests/Goldens/three.npz": "",
        ])
        #expect(Self.unnamed(tree) == [])
        for path in [
            "ops/all/dead.py", "ops/other/run", "Tests/Lost/L.swift", "Tests/ATests/Goldens/two.json",
            "ops/dead/README.md",
        ] {
            tree.texts[path] = path
            tree.paths.insert(path)
        }
        #expect(
            Self.unnamed(tree) == [
                "ops/all/dead.py", "ops/other/run", "Tests/Lost/L.swift", "Tests/ATests/Goldens/two.json",
                "ops/dead/README.md",
            ]
        )
    }
}

extension String {
    /// Whether a text stands in this one and is no part of a longer name.
    func containsWord(_ word: some StringProtocol) -> Bool {
        let wanted = Array(word.utf8)
        guard let first = wanted.first else { return false }
        func isName(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        var text = self
        return text.withUTF8 { bytes in
            var place = 0
            while place + wanted.count <= bytes.count {
                defer { place += 1 }
                guard bytes[place] == first, bytes[place...].starts(with: wanted) else { continue }
                let end = place + wanted.count
                if place == 0 || !isName(bytes[place - 1]), end == bytes.count || !isName(bytes[end]) { return true }
            }
            return false
        }
    }
}
