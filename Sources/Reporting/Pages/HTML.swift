/// A piece of an HTML page.
///
/// What is interpolated into a literal is escaped, so that no name of a scene or file can become markup.
///
/// ```swift
/// let row: HTML = "<tr><td>\(scene.name)</td><td>\(score, digits: 2)</td>\(moreCells)</tr>"
/// ```
///
/// Attributes must stand in double quotes; addresses of files go through `HTML.path`.
public struct HTML: ExpressibleByStringInterpolation, Equatable, Sendable {
    /// The markup.
    public private(set) var source: String

    /// Takes a literal as it stands.
    public init(stringLiteral value: String) { source = value }

    /// Takes a literal as it stands, with its escaped values.
    public init(stringInterpolation: Interpolation) { source = stringInterpolation.source }

    /// Collects the parts of a literal.
    public struct Interpolation: StringInterpolationProtocol {
        fileprivate var source = ""

        /// Begins a piece.
        public init(literalCapacity: Int, interpolationCount: Int) {
            source.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        /// Adds markup.
        public mutating func appendLiteral(_ literal: String) { source += literal }

        /// Adds text, escaped.
        public mutating func appendInterpolation(_ text: String) { source += HTML.escaped(text) }

        /// Adds a whole number.
        public mutating func appendInterpolation(_ number: Int) { source += "\(number)" }

        /// Adds a number with some digits after the point; a dash where there is none.
        public mutating func appendInterpolation(_ number: Double?, digits: Int) {
            source += HTML.number(number, digits: digits)
        }

        /// Adds another piece as it stands.
        public mutating func appendInterpolation(_ piece: HTML) { source += piece.source }

        /// Adds other pieces, one after the other.
        public mutating func appendInterpolation(_ pieces: [HTML]) {
            for piece in pieces { source += piece.source }
        }
    }

    /// Text with the characters replaced that mean something in HTML, and those that are not shown.
    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\t", "\n": result.unicodeScalars.append(scalar)
            default: result.unicodeScalars.append(ShownText.holds(scalar) ? scalar : ShownText.replacement)
            }
        }
        return result
    }

    /// A number with some digits after the point; a dash where there is none or it is not finite.
    static func number(_ value: Double?, digits: Int) -> String {
        guard let value, value.isFinite else { return "–" }
        var factor = 1.0
        for _ in 0..<min(max(digits, 0), 9) { factor *= 10 }
        guard abs(value) < 1e9 else { return "\(value)" }
        let rounded = (abs(value) * factor).rounded()
        let whole = Int(rounded / factor)
        let rest = Int(rounded) - whole * Int(factor)
        let sign = value < 0 && rounded > 0 ? "−" : ""
        guard digits > 0 else { return sign + "\(whole)" }
        let fraction = "\(rest)"
        return sign + "\(whole)." + String(repeating: "0", count: min(digits, 9) - fraction.count) + fraction
    }

    /// An address of a file from the names on the way to it.
    public static func path(_ names: [String]) -> HTML {
        let parts = names.map { name in
            name.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    String(UnicodeScalar(byte))
                default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
                }
            }.joined()
        }
        return "\(parts.joined(separator: "/"))"
    }
}
