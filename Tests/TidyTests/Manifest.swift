/// The targets of a `Package.swift`, read as text.
struct Manifest {
    struct Module: Equatable {
        var name: String
        var path: String
        var dependencies: [String]
        var kind: Kind

        enum Kind { case library, systemLibrary, program, tests }
    }

    var modules: [Module] = []

    /// The modules of the programs, without the system's libraries.
    var rooms: [Module] { modules.filter { $0.path.hasPrefix("Sources/") && $0.kind != .systemLibrary } }

    func module(_ name: String) -> Module? { modules.first { $0.name == name } }

    init(_ text: String) {
        let tokens = Token.all(of: text)
        let products = Self.products(tokens)
        for index in tokens.indices where tokens[index].kind == .word {
            let call = tokens[index].text
            let isDeclaration = index > 0 && tokens[index - 1].text == "func"
            guard call == "room" || call == "target" || Self.kinds[call] != nil, !isDeclaration,
                tokens.dropFirst(index + 1).first?.text == "("
            else { continue }
            let arguments = Self.inside(tokens[(index + 1)...])
            var first = arguments.first
            if arguments.starts(with: [("name"), (":")], by: { $0.text == $1 }) {
                first = arguments.dropFirst(2).first
            }
            // `.target(name: name` inside a function makes the targets that its callers name.
            guard let first, first.kind == .string else { continue }
            let list = arguments.firstIndex { $0.text == "[" && $0.kind == .mark }
            let label = list.flatMap { $0 >= 2 ? arguments[$0 - 2].text : nil }
            let isDependencies = list != nil && (label == "dependencies" || ["room", "tests"].contains(call))
            let names = isDependencies ? Self.inside(arguments[list!...]).filter { $0.kind != .mark } : []
            let path = arguments.indices.first {
                arguments[$0].text == "path" && arguments.dropFirst($0 - arguments.startIndex + 1).first?.text == ":"
            }
            let folder = call == "tests" || call == "testTarget" ? "Tests" : "Sources"
            modules.append(
                Module(
                    name: first.text,
                    path: path.map { arguments[$0 + 2].text } ?? "\(folder)/\(first.text)",
                    dependencies: names.map { $0.kind == .string ? $0.text : products[$0.text] ?? $0.text },
                    kind: Self.kinds[call] ?? .library
                )
            )
        }
    }

    private static let kinds: [String: Module.Kind] = [
        "systemLibrary": .systemLibrary, "executableTarget": .program, "testTarget": .tests, "tests": .tests,
    ]

    /// Constants that hold a product of another package, by their names.
    private static func products(_ tokens: [Token]) -> [String: String] {
        var products: [String: String] = [:]
        for index in tokens.indices where tokens[index].text == "let" && index + 2 < tokens.count {
            guard let product = tokens[index...].prefix(12).firstIndex(where: { $0.text == "product" }) else {
                continue
            }
            products[tokens[index + 1].text] = tokens[product...].first { $0.kind == .string }?.text
        }
        return products
    }

    /// What stands between a bracket and the one that closes it.
    private static func inside(_ tokens: ArraySlice<Token>) -> ArraySlice<Token> {
        var open = 0
        for index in tokens.indices where tokens[index].kind == .mark {
            if ["(", "["].contains(tokens[index].text) { open += 1 }
            if [")", "]"].contains(tokens[index].text) { open -= 1 }
            if open == 0 { return tokens[(tokens.startIndex + 1)..<index] }
        }
        return []
    }
}
