/// Keeps passwords out of what people are shown.
public enum Secrets {
    /// A text with every URL that names a user replaced by its scheme (`postgresql://***`), and every `password=` value by `***`.
    ///
    /// Both end at a blank, a quote or a line break.
    public static func withoutAddresses(_ text: String) -> String {
        let withoutURLs = replacing(after: "://", in: text) { $0.contains("@") }
        return replacing(after: "password=", in: withoutURLs) { !$0.isEmpty }
    }

    private static func replacing(after mark: String, in text: String, where isSecret: (Substring) -> Bool) -> String {
        var result = ""
        var rest = text[...]
        while let found = rest.firstRange(of: mark) {
            let value = rest[found.upperBound...].prefix { !$0.isWhitespace && $0 != "'" && $0 != "\"" }
            result += rest[..<found.upperBound]
            result += isSecret(value) ? "***" : value
            rest = rest[value.endIndex...]
        }
        return result + rest
    }
}
