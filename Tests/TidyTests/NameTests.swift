import Testing

/// One name stands for one thing: no two modules declare a type of the same name outside of others.
@Suite("Names of types")
struct NameTests {
    /// Each shared name as `name: its modules`.
    static func shared(_ modules: [String: [String: SwiftText]]) -> Set<String> {
        var owners: [String: Set<String>] = [:]
        for (module, files) in modules {
            for type in files.values.flatMap(\.types) { owners[type, default: []].insert(module) }
        }
        return Set(owners.filter { $1.count > 1 }.map { "\($0): \($1.sorted().joined(separator: " "))" })
    }

    @Test("No name stands for two types but those that are known") func project() {
        let tree = Tree.project
        let modules = tree.manifest.rooms.map { ($0.name, tree.sources(of: $0)) }
        let found = Self.shared(Dictionary(uniqueKeysWithValues: modules))
        #expect(changes(found, known: Known.sharedNames) == [])
    }

    // The check itself, on made-up modules.

    @Test func sharedNamesAreFound() {
        func file(_ text: String) -> [String: SwiftText] { ["f.swift": SwiftText(text)] }
        let found = Self.shared([
            "A": file("import struct Foundation.Data\npublic struct Ant { enum Kind {} }\nstruct Own {}"),
            "B": file("import struct Foundation.Data\nactor Ant { class Kind { class func f() {} } }"),
            "C": file("extension Ant {}\nlet text = \"struct Own {}\""),
        ])
        #expect(found == ["Ant: A B"])
        #expect(changes(found, known: ["Ant: A B"]) == [])
        #expect(changes(found, known: ["Bee: A B"]) == ["new: Ant: A B", "gone, so take it off the list: Bee: A B"])
    }
}
