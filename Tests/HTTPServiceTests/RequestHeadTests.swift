import Testing

@testable import HTTPService

@Suite("Heads of requests")
struct RequestHeadTests {
    private func read(_ text: String) -> RequestHead.Reading { RequestHead.read(Array(text.utf8)) }

    private static let prometheus =
        "GET /metrics?a=b HTTP/1.1\r\nHost: 127.0.0.1:9464\r\nUser-Agent: Prometheus/2.42.0\r\nAccept: text/plain;version=0.0.4;q=0.5\r\n"
        + "Accept-Encoding: gzip\r\nX-Prometheus-Scrape-Timeout-Seconds: 10\r\n\r\n"

    @Test(
        "What is right by RFC 9112 is read, whatever follows it",
        arguments: [
            (prometheus, "GET", "/metrics"), ("HEAD / HTTP/1.0\r\n\r\n", "HEAD", "/"),
            ("POST /a/../b HTTP/1.1\r\nhOST:\r\nX:\t y z\t\r\n\r\nbody", "POST", "/a/../b"),
            ("GET http://h:1/x?y HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "/x"),
            ("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "/"),
            ("GET HTTP://h?q HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "/"),
            ("M-!#$%&'*+.^_`|~9 /%00 HTTP/1.1\r\nHost: h\r\n\r\n\r\n", "M-!#$%&'*+.^_`|~9", "/%00"),
        ]
    )
    func right(text: String, method: String, path: String) {
        guard case .complete(let head, let byteCount) = read(text) else {
            Issue.record("no whole head")
            return
        }
        #expect(head.method == method && head.path == path)
        #expect(text.utf8.prefix(byteCount).suffix(4).elementsEqual("\r\n\r\n".utf8))
    }

    @Test(
        "What is not is refused",
        arguments: [
            "\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET  / HTTP/1.0\r\n\r\n",
            " GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0 \r\n\r\n", "GET / HTTP/1.2\r\n\r\n", "GET / http/1.0\r\n\r\n",
            "GET / HTTP/1.10\r\n\r\n", "G(T / HTTP/1.0\r\n\r\n", "GET metrics HTTP/1.0\r\n\r\n",
            "OPTIONS * HTTP/1.0\r\n\r\n",
            "GET https://h/ HTTP/1.0\r\n\r\n", "GET /ü HTTP/1.0\r\n\r\n", "GET /\u{7f} HTTP/1.0\r\n\r\n",
            "GET /\t HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.0\r\nHost: a\r\nhost: a\r\n\r\n", "GET / HTTP/1.0\r\nName\r\n\r\n",
            "GET / HTTP/1.0\r\nName : x\r\n\r\n", "GET / HTTP/1.0\r\n: x\r\n\r\n",
            "GET / HTTP/1.0\r\nA: b\r\n c\r\n\r\n",
            "GET / HTTP/1.0\nA: b\r\n\r\n", "GET / HTTP/1.0\r\nA: \u{0}\r\n\r\n", "GET / HTTP/1.0\r\nA: b\rc\r\n\r\n",
            "\u{16}\u{3}\u{1}\r\n\r\n",
        ]
    )
    func wrong(text: String) {
        #expect(read(text) == .refused(status: 400))
    }

    @Test("Other versions are told apart", arguments: ["PRI * HTTP/2.0\r\n\r\n", "GET / HTTP/0.9\r\n\r\n"])
    func versions(text: String) {
        #expect(read(text) == .refused(status: 505))
    }

    @Test("A head that is cut anywhere is waited for, up to 8 KiB")
    func cut() {
        let bytes = Array(Self.prometheus.utf8)
        for count in bytes.indices { #expect(RequestHead.read(Array(bytes[..<count])) == .incomplete) }
        let line = Array("GET / HTTP/1.0\r\nA: ".utf8)
        func padded(_ count: Int) -> [UInt8] { line + [UInt8](repeating: 97, count: count - line.count) }
        #expect(RequestHead.read(padded(8191)) == .incomplete)
        #expect(RequestHead.read(padded(8192)) == .refused(status: 431))
        let end: [UInt8] = [13, 10, 13, 10]
        guard case .complete(let head, 8192) = RequestHead.read(padded(8188) + end) else {
            Issue.record("no whole head of 8 KiB")
            return
        }
        #expect(head.field("a")?.utf8.count == 8188 - line.count)
        #expect(RequestHead.read(padded(8189) + end) == .refused(status: 431))
    }

    @Test("Query and fields are told as they were sent; a field that came twice is none")
    func parts() {
        let text = "GET /a?b=c?d HTTP/1.1\r\nhOST: \t h \r\nCookie: a=b\r\ncookie: c\r\nEmpty:\r\n\r\n"
        guard case .complete(let head, _) = read(text) else {
            Issue.record("no whole head")
            return
        }
        #expect(head.query == "b=c?d" && head.field("host") == "h" && head.field("empty") == "")
        #expect(head.field("cookie") == nil && head.has("cookie") && !head.has("origin"))
    }
}
