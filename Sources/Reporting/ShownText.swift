/// Which characters of names from outside stand in pictures and pages.
enum ShownText {
    /// Whether a character is shown as it is: no control character, none that turns the direction of what follows, and no noncharacter.
    static func holds(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: false
        case 0x202A...0x202E, 0x2066...0x2069: false
        case 0xFDD0...0xFDEF: false
        default: scalar.value & 0xFFFE != 0xFFFE
        }
    }

    /// What stands in place of a character that is not shown.
    static let replacement: Unicode.Scalar = "\u{FFFD}"

    /// The text with U+FFFD in place of each character that is not shown.
    static func cleaned(_ text: String) -> String {
        guard !text.unicodeScalars.allSatisfy(holds) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(holds(scalar) ? scalar : replacement) }
        return String(result)
    }
}
