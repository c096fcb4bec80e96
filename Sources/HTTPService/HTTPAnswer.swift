/// What a request is answered with; the connection is closed after it.
public struct HTTPAnswer: Sendable, Hashable {
    /// The status: 200, 404 ...
    public var status: Int
    /// What the body is.
    public var contentType: String
    /// The body.
    public var body: [UInt8]
    /// For 405: the methods that are taken.
    public var allowedMethods: String?
    /// More fields of the head; names and values are the caller's own, never what was sent.
    public var fields: [Field] = []

    /// One more line of the head.
    public struct Field: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// Its value, printable ASCII.
        public let value: String

        /// Makes a field.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Makes an answer.
    public init(_ status: Int, contentType: String, body: [UInt8], allowedMethods: String? = nil) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.allowedMethods = allowedMethods
    }

    /// An answer in a line of text; by default what the status is called.
    public init(_ status: Int, text: String? = nil, allowedMethods: String? = nil) {
        let line = text ?? "\(status) \(Self.reasons[status] ?? "")"
        self.init(
            status,
            contentType: "text/plain; charset=utf-8",
            body: Array((line + "\n").utf8),
            allowedMethods: allowedMethods
        )
    }

    private static let reasons = [
        200: "OK", 303: "See Other", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
        405: "Method Not Allowed", 408: "Request Timeout", 409: "Conflict", 411: "Length Required",
        413: "Content Too Large", 421: "Misdirected Request", 431: "Request Header Fields Too Large",
        500: "Internal Server Error", 503: "Service Unavailable",
        505: "HTTP Version Not Supported",
    ]

    /// The bytes on the wire.
    ///
    /// - Parameters:
    ///   - withBody: false for a HEAD request, whose answer tells the length only.
    ///   - date: the present, as HTTP writes it.
    func bytes(withBody: Bool, date: String) -> [UInt8] {
        var lines = [
            "HTTP/1.1 \(status) \(Self.reasons[status] ?? "")", "Date: \(date)", "Content-Type: \(contentType)",
            "Content-Length: \(body.count)", "Cache-Control: no-store", "X-Content-Type-Options: nosniff",
            "Connection: close",
        ]
        if let allowedMethods { lines.append("Allow: \(allowedMethods)") }
        // A line break in a value would begin another field.
        lines += fields.map { field in
            "\(field.name): " + String(decoding: field.value.utf8.filter { (32...126).contains($0) }, as: UTF8.self)
        }
        let head = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        return withBody ? head + body : head
    }
}
