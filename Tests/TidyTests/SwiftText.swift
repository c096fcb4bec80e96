/// What one Swift file imports, declares and uses, found by matching names.
struct SwiftText {
    var imports: Set<String> = []
    /// Types declared outside any braces.
    var types: Set<String> = []
    /// Types declared inside others.
    var nestedTypes: Set<String> = []
    /// Names with a capital that do not follow a dot.
    var uses: Set<String> = []

    private static let declares: Set = ["struct", "class", "enum", "protocol", "actor", "typealias"]

    init(_ text: String) {
        let tokens = Token.all(of: text)
        for (index, token) in tokens.enumerated() where token.kind == .word {
            let isMember = index > 0 && tokens[index - 1].text == "." && tokens[index - 1].kind == .mark
            if !isMember, token.text.first?.isUppercase == true { uses.insert(token.text) }
            guard !isMember, index + 1 < tokens.count, tokens[index + 1].kind == .word else { continue }
            let next = tokens[index + 1].text
            if token.text == "import" {
                // `import struct Foundation.Data` names the kind first.
                imports.insert(Self.declares.contains(next) && index + 2 < tokens.count ? tokens[index + 2].text : next)
            } else if Self.declares.contains(token.text), index == 0 || tokens[index - 1].text != "import",
                next.first?.isUppercase == true
            {
                if token.depth == 0 { types.insert(next) } else { nestedTypes.insert(next) }
            }
        }
    }
}
