internal import CPQ

/// One of the keywords that the installed libpq knows, with what it would use where nobody gives a value.
struct LibpqKeyword: Sendable, Hashable {
    let name: String
    /// The environment variable that fills it.
    let variable: String?
    /// What is compiled into libpq.
    let compiled: String?
    /// What it is now, from the environment, the service file or `compiled`.
    let value: String?

    /// Every keyword, from `PQconndefaults`, so that those of a newer libpq are among them.
    static func all() -> [LibpqKeyword] {
        let options = PQconndefaults()
        defer { PQconninfoFree(options) }
        guard var option = options else { return [] }
        func text(_ pointer: UnsafePointer<CChar>?) -> String? { pointer.map { String(cString: $0) } }
        var keywords: [LibpqKeyword] = []
        while let name = option.pointee.keyword {
            keywords.append(
                LibpqKeyword(
                    name: String(cString: name),
                    variable: text(option.pointee.envvar),
                    compiled: text(option.pointee.compiled),
                    value: text(option.pointee.val)
                )
            )
            option += 1
        }
        return keywords
    }

    /// A connection string of `key=value` pairs: `first` in its order, then the others by name.
    ///
    /// An empty value counts as given: libpq does not look into its environment for it.
    static func connectionString(_ first: [(name: String, value: String)], _ others: [String: String] = [:]) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.")
        let named = Set(first.map(\.name))
        let rest = others.filter { !named.contains($0.key) }.sorted { $0.key < $1.key }
        return (first + rest.map { (name: $0.key, value: $0.value) }).map { name, value in
            if !value.isEmpty, value.allSatisfy(plain.contains) { return "\(name)=\(value)" }
            let escaped = value.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
            return "\(name)='\(escaped)'"
        }.joined(separator: " ")
    }
}
