/// An opaque colour, 8 bits a part.
public struct Colour: Equatable, Hashable, Sendable {
    /// Red.
    public let red: UInt8
    /// Green.
    public let green: UInt8
    /// Blue.
    public let blue: UInt8

    /// Makes a colour from its parts.
    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// White.
    public static let white = Colour(255, 255, 255)
    /// Black.
    public static let black = Colour(0, 0, 0)

    /// The colour as style sheets have it, `#4a7fb5`.
    public var css: String {
        "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The colour between this one (0) and another (1).
    public func mixed(with other: Colour, _ fraction: Double) -> Colour {
        func part(_ from: UInt8, _ to: UInt8) -> UInt8 {
            UInt8((Double(from) + (Double(to) - Double(from)) * min(max(fraction, 0), 1)).rounded())
        }
        return Colour(part(red, other.red), part(green, other.green), part(blue, other.blue))
    }
}
