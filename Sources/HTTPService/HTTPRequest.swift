/// A whole request: its head, its body, and who sent it.
public struct HTTPRequest: Sendable, Hashable {
    /// What came first.
    public let head: RequestHead
    /// What followed; empty where the service takes no bodies.
    public let body: [UInt8]
    /// The numeric address of the other side; empty where it is not known.
    public let peer: String

    /// Makes a request.
    public init(_ head: RequestHead, body: [UInt8] = [], peer: String = "") {
        self.head = head
        self.body = body
        self.peer = peer
    }
}

/// How much a service lets itself be asked.
public struct HTTPLimits: Sendable, Hashable {
    /// Connections that are open at once.
    public var connections: Int
    /// What the body of a POST has at most, in bytes; 0 where bodies are left unread.
    public var bodyBytes: Int
    /// How long an answer may be in the making, in seconds.
    public var makingSeconds: Double

    /// Makes limits.
    public init(connections: Int, bodyBytes: Int, makingSeconds: Double) {
        self.connections = connections
        self.bodyBytes = bodyBytes
        self.makingSeconds = makingSeconds
    }

    /// Of a service that only tells figures.
    public static let figures = HTTPLimits(connections: 8, bodyBytes: 0, makingSeconds: 20)
    /// Of a service with pages and forms.
    public static let pages = HTTPLimits(connections: 32, bodyBytes: 16 << 10, makingSeconds: 20)
}
