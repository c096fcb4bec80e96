import Testing

/// Folders of one module do not use each other's types in a circle.
@Suite("Circles of folders")
struct FolderTests {
    /// Each circle as `folder: its folders`, by the names of types: those that one folder alone declares, used in another.
    ///
    /// - Parameter files: the files of a module by their paths inside it. Files that lie beside the folders are left out.
    static func cycles(in name: String, _ files: [String: SwiftText]) -> Set<String> {
        var parts: [String: [String: SwiftText]] = [:]
        for (path, text) in files {
            let halves = path.split(separator: "/", maxSplits: 1).map(String.init)
            if halves.count == 2 { parts[halves[0], default: [:]][halves[1]] = text }
        }
        var owners: [String: Set<String>] = [:]
        for (part, texts) in parts {
            for text in texts.values {
                for type in text.types { owners[type, default: []].insert(part) }
            }
        }
        // A nested type of the same name elsewhere may be what is meant there.
        for (part, texts) in parts {
            for type in texts.values.flatMap(\.nestedTypes) where owners[type] != nil { owners[type]!.insert(part) }
        }
        var arrows: Set<Arrow> = []
        for (part, texts) in parts {
            for type in texts.values.flatMap(\.uses) {
                if let owner = owners[type], owner.count == 1, owner != [part] {
                    arrows.insert(Arrow(part, owner.first!))
                }
            }
        }
        var found = Set(knots(arrows).map { "\(name): \($0.joined(separator: " "))" })
        for (part, texts) in parts { found.formUnion(cycles(in: "\(name)/\(part)", texts)) }
        return found
    }

    @Test("No circle of folders but those that are known") func project() {
        let tree = Tree.project
        let found = tree.manifest.rooms.reduce(into: Set<String>()) { found, room in
            found.formUnion(Self.cycles(in: room.name, tree.sources(of: room)))
        }
        #expect(changes(found, known: Known.folderCycles) == [])
    }

    // The check itself, on made-up modules.

    private func cycles(_ files: [String: String]) -> Set<String> {
        Self.cycles(in: "M", files.mapValues(SwiftText.init))
    }

    @Test func circlesAreFoundAtEveryDepth() {
        #expect(cycles(["A/a.swift": "struct Ant {}", "B/b.swift": "let b = Ant()", "C/c.swift": "enum Cow {}"]) == [])
        let circle = [
            "A/a.swift": "struct Ant { let c: Cow }", "B/b.swift": "class Bee { let a = Ant() }",
            "C/c.swift": "enum Cow { case b(Bee) }",
        ]
        #expect(cycles(circle) == ["M: A B C"])
        let deep = Dictionary(uniqueKeysWithValues: circle.map { ("Deep/\($0)", $1) })
        #expect(cycles(deep) == ["M/Deep: A B C"])
        // Files beside the folders are a module's door.
        #expect(cycles(["a.swift": "struct Ant { let b: Bee }", "B/b.swift": "struct Bee { let a: Ant }"]) == [])
    }

    @Test func namesThatMayMeanSomethingElseAreLeftOut() {
        let one = "struct Ant { let b: Bee }"
        func found(_ other: String) -> Set<String> {
            cycles(["A/a.swift": one, "B/b.swift": "struct Bee {}\n" + other])
        }
        #expect(found("let a: Ant") == ["M: A B"])
        #expect(found("let a = \"Ant \\(Ant.self)\"") == ["M: A B"])
        #expect(found("// Ant\n/* Ant /* Ant */ Ant */ let a = \"Ant\"; let b = #\"\\(Ant)\"#; let c = x.Ant") == [])
        #expect(found("struct Cow { struct Ant {}; let a: Ant }") == [])
        #expect(found("struct Ant {}") == [])
    }
}
