/// The head of an HTTP/1.1 request (RFC 9112), read strictly: what is not as the RFC has it is refused.
public struct RequestHead: Sendable, Hashable {
    /// What a head has at most, in bytes.
    public static let maximumBytes = 8 << 10

    /// The method as it was sent.
    public let method: String
    /// The path as it was sent, without the query; begins with a slash.
    public let path: String
    /// What follows the path's question mark, as it was sent; empty where there is none.
    public let query: String
    /// The fields in the order in which they came, names in lower case, values without blanks around them.
    let fields: [Field]

    /// One line of the head.
    struct Field: Sendable, Hashable {
        let name: String
        let value: String
    }

    /// Makes a head of what is known of it.
    ///
    /// - Parameter fields: names of any case, and values.
    public init(method: String, path: String, query: String = "", fields: KeyValuePairs<String, String> = [:]) {
        self.init(method: method, path: path, query: query, fields.map { Field(name: $0.lowercased(), value: $1) })
    }

    private init(method: String, path: String, query: String, _ fields: [Field]) {
        self.method = method
        self.path = path
        self.query = query
        self.fields = fields
    }

    /// The value of a field; nil where it is missing, or was sent more than once, which leaves open what was meant.
    ///
    /// - Parameter name: in lower case.
    public func field(_ name: String) -> String? {
        let found = fields.filter { $0.name == name }
        return found.count == 1 ? found[0].value : nil
    }

    /// Whether a field was sent, once or more often.
    ///
    /// - Parameter name: in lower case.
    public func has(_ name: String) -> Bool { fields.contains { $0.name == name } }

    /// How long the body is; what a body that is not told by one plain length is answered with (RFC 9112, 6).
    ///
    /// - Parameter limit: bytes.
    func bodyLength(limit: Int) -> BodyLength {
        guard !has("transfer-encoding") else { return .refused(status: has("content-length") ? 400 : 411) }
        guard has("content-length") else { return .refused(status: 411) }
        guard let text = field("content-length"), !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return .refused(status: 400)
        }
        guard let count = Int(text), count <= limit else { return .refused(status: 413) }
        return .bytes(count)
    }

    /// What `bodyLength` finds.
    enum BodyLength: Hashable {
        case bytes(Int)
        case refused(status: Int)
    }

    /// What the bytes so far are.
    enum Reading: Hashable {
        /// More are to come.
        case incomplete
        /// A whole head and its length in bytes; what follows it is no part of it.
        case complete(RequestHead, byteCount: Int)
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
            let (path, query) = target(of: parts[1]), let isOld = isVersion10(parts[2])
        else { return .refused(status: isOtherVersion(parts.last ?? []) ? 505 : 400) }
        var fields: [Field] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: 58), isToken(line[..<colon]) else { return .refused(status: 400) }
            let value = line[(colon + 1)...].drop { $0 == 32 || $0 == 9 }
            let end = value.lastIndex { $0 != 32 && $0 != 9 }.map { $0 + 1 } ?? value.startIndex
            fields.append(Field(name: text(line[..<colon]).lowercased(), value: text(value[..<end])))
        }
        let hosts = fields.count { $0.name == "host" }
        guard hosts == 1 || isOld && hosts == 0 else { return .refused(status: 400) }
        let head = RequestHead(method: text(parts[0]), path: path, query: query, fields)
        return .complete(head, byteCount: end + 3)
    }

    /// The place of the last line's LF; nil where the empty line after it is not there within the bound.
    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        let limit = min(bytes.count, maximumBytes)
        guard limit >= 4 else { return nil }
        return (3..<limit).first {
            bytes[$0] == 10 && bytes[$0 - 1] == 13 && bytes[$0 - 2] == 10 && bytes[$0 - 3] == 13
        }.map { $0 - 2 }
    }

    /// Path and query of a target in origin form (`/a?b`) or absolute form (`http://host/a?b`).
    private static func target(of target: ArraySlice<UInt8>) -> (path: String, query: String)? {
        var rest = text(target)[...]
        if rest.lowercased().hasPrefix("http://") {
            rest = rest.dropFirst(7).drop { $0 != "/" && $0 != "?" }
            if !rest.hasPrefix("/") { rest = "/" + rest }
        }
        guard rest.hasPrefix("/") else { return nil }
        let path = rest.prefix { $0 != "?" }
        return (String(path), String(rest[path.endIndex...].dropFirst()))
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
