/// The head of an HTTP/1.1 request (RFC 9112), read strictly: what is not as the RFC has it is refused.
public struct RequestHead: Sendable, Hashable {
    /// What a head has at most, in bytes.
    public static let maximumBytes = 8 << 10

    /// The method as it was sent.
    public let method: String
    /// The path as it was sent, without the query; begins with a slash.
    public let path: String

    /// Makes a head of what is known of it.
    public init(method: String, path: String) {
        self.method = method
        self.path = path
    }

    /// What the bytes so far are.
    enum Reading: Hashable {
        /// More are to come.
        case incomplete
        /// A whole head; what follows it is no part of it.
        case complete(RequestHead)
        /// None that is answered otherwise than by this status.
        case refused(status: Int)
    }

    /// Reads a head from the bytes that a connection brought so far.
    static func read(_ bytes: [UInt8]) -> Reading {
        guard let end = headEnd(bytes) else {
            return bytes.count >= maximumBytes ? .refused(status: 431) : .incomplete
        }
        var lines = bytes[..<end].split(separator: 10, omittingEmptySubsequences: false)
        for index in lines.indices {
            // Every line ends in CR LF; the last one's LF is cut off.
            guard lines[index].last == 13 else { return .refused(status: 400) }
            lines[index].removeLast()
            guard lines[index].allSatisfy({ $0 == 9 || $0 >= 32 && $0 != 127 }) else { return .refused(status: 400) }
        }
        let parts = lines[0].split(separator: 32, omittingEmptySubsequences: false)
        guard parts.count == 3, isToken(parts[0]), parts[1].allSatisfy({ (33...126).contains($0) }),
            let path = path(of: parts[1]), let isOld = isVersion10(parts[2])
        else { return .refused(status: isOtherVersion(parts.last ?? []) ? 505 : 400) }
        var hosts = 0
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: 58), isToken(line[..<colon]) else { return .refused(status: 400) }
            if text(line[..<colon]).lowercased() == "host" { hosts += 1 }
        }
        guard hosts == 1 || isOld && hosts == 0 else { return .refused(status: 400) }
        return .complete(RequestHead(method: text(parts[0]), path: path))
    }

    /// The place of the last line's LF; nil where the empty line after it is not there within the bound.
    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        let limit = min(bytes.count, maximumBytes)
        guard limit >= 4 else { return nil }
        return (3..<limit).first {
            bytes[$0] == 10 && bytes[$0 - 1] == 13 && bytes[$0 - 2] == 10 && bytes[$0 - 3] == 13
        }.map { $0 - 2 }
    }

    /// The path of a target in origin form (`/a?b`) or absolute form (`http://host/a?b`).
    private static func path(of target: ArraySlice<UInt8>) -> String? {
        var rest = text(target)[...]
        if rest.lowercased().hasPrefix("http://") {
            rest = rest.dropFirst(7).drop { $0 != "/" && $0 != "?" }
            if !rest.hasPrefix("/") { rest = "/" + rest }
        }
        guard rest.hasPrefix("/") else { return nil }
        return String(rest.prefix { $0 != "?" })
    }

    private static func isVersion10(_ version: ArraySlice<UInt8>) -> Bool? {
        switch text(version) {
        case "HTTP/1.0": true
        case "HTTP/1.1": false
        default: nil
        }
    }

    private static func isOtherVersion(_ version: ArraySlice<UInt8>) -> Bool {
        let digits = version.filter { (48...57).contains($0) }
        return version.count == 8 && text(version).hasPrefix("HTTP/") && version.dropFirst(6).first == 46
            && digits.count == 2 && digits[0] != 49
    }

    /// RFC 9110, 5.6.2.
    private static func isToken(_ bytes: ArraySlice<UInt8>) -> Bool {
        !bytes.isEmpty
            && bytes.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 94...122, 124, 126, 33, 35...39, 42, 43, 45, 46: true
                default: false
                }
            }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
