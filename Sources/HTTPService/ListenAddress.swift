internal import Glibc

/// A numeric address and a port to listen at.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// Why a text is no address.
    public struct Flaw: Error, CustomStringConvertible, Equatable, Sendable {
        /// What was found, and what to write.
        public let description: String
    }

    /// The address in numbers, IPv6 without brackets.
    public let host: String
    /// The port; 0 where the system is to choose.
    public let port: UInt16

    /// An address that is known to be one.
    init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT`, `[IPV6]:PORT`, or a port alone, which means `127.0.0.1`.
    ///
    /// Names but `localhost` are refused: what they lead to may change, and whoever opens a port to others is to say so.
    ///
    /// - Throws: `Flaw`.
    public init(_ text: String) throws(Flaw) {
        func flaw(_ why: String) -> Flaw {
            Flaw(
                description:
                    "'\(text)' \(why); write HOST:PORT, as 127.0.0.1:9464, [::1]:9464 or, for everybody, 0.0.0.0:9464"
            )
        }
        let colon = text.lastIndex(of: ":")
        let digits = colon.map { text[text.index(after: $0)...] } ?? text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(digits) else {
            throw flaw("has no port from 0 to 65535")
        }
        let name = colon.map { text[..<$0] } ?? "localhost"
        guard !name.isEmpty else { throw flaw("names no address") }
        if name.hasPrefix("["), name.hasSuffix("]") {
            let host = String(name.dropFirst().dropLast())
            guard Self.isNumeric(host, AF_INET6) else { throw flaw("holds no IPv6 address in its brackets") }
            (self.host, self.port) = (host, port)
        } else {
            let host = name == "localhost" ? "127.0.0.1" : String(name)
            guard Self.isNumeric(host, AF_INET) else { throw flaw("names its host otherwise than by numbers") }
            (self.host, self.port) = (host, port)
        }
    }

    private static func isNumeric(_ text: String, _ family: Int32) -> Bool {
        var bytes = in6_addr()
        return withUnsafeMutableBytes(of: &bytes) { inet_pton(family, text, $0.baseAddress) } == 1
    }

    /// Whether only this machine reaches it.
    public var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }

    /// `HOST:PORT`, as a URL has it.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
