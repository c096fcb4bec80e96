import Testing

@testable import HTTPService

@Suite("One connection, as a value")
struct HTTPExchangeTests {
    private static let date = "Sun, 01 Mar 2026 09:26:53 GMT"
    private static let request = Array("GET /a HTTP/1.1\r\nHost: h\r\n\r\n".utf8)

    /// Gives a connection bytes, and says what it is answered with.
    private func feed(_ exchange: inout HTTPExchange, _ bytes: [UInt8], now: Double = 0) {
        guard let (head, body) = exchange.received(bytes, now: now, date: Self.date) else { return }
        let text = head.path + String(decoding: body, as: UTF8.self)
        exchange.answered(HTTPAnswer(200, text: text), now: now, date: Self.date)
    }

    private func text(_ exchange: HTTPExchange) -> String { String(decoding: exchange.unsent, as: UTF8.self) }

    @Test("A request is answered once, however its bytes come; HEAD gets no body")
    func answers() {
        let expected =
            "HTTP/1.1 200 OK\r\nDate: \(Self.date)\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n"
            + "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
        var whole = HTTPExchange(now: 0)
        feed(&whole, Self.request + Self.request)
        #expect(text(whole) == expected + "/a\n")
        var slow = HTTPExchange(now: 0)
        for byte in Self.request {
            #expect(slow.isReading && slow.unsent.isEmpty)
            feed(&slow, [byte])
        }
        #expect(text(slow) == text(whole) && !slow.isReading)
        var head = HTTPExchange(now: 0)
        feed(&head, Array("HEAD /a HTTP/1.0\r\n\r\n".utf8))
        #expect(text(head) == expected)
    }

    @Test("An answer goes out in pieces; then the peer may end, for a second and 64 KiB")
    func ends() {
        var exchange = HTTPExchange(now: 0)
        feed(&exchange, Self.request)
        let length = exchange.unsent.count
        exchange.sent(1, now: 0)
        #expect(exchange.unsent.count == length - 1 && !exchange.isDraining)
        exchange.sent(length - 1, now: 2)
        #expect(exchange.unsent.isEmpty && exchange.isDraining && exchange.isReading && exchange.deadline == 3)
        var patient = exchange
        feed(&exchange, [])
        #expect(exchange.isOver)
        for _ in 0..<16 { feed(&patient, [UInt8](repeating: 0, count: 4096)) }
        #expect(!patient.isOver)
        var late = patient
        feed(&patient, [0])
        #expect(patient.isOver)
        late.passed(now: 2.9, date: Self.date)
        #expect(!late.isOver)
        late.passed(now: 3, date: Self.date)
        #expect(late.isOver)
    }

    @Test("Whoever is slow is cut off, and told so where a request was begun")
    func slow() {
        var silent = HTTPExchange(now: 10)
        silent.passed(now: 14.9, date: Self.date)
        #expect(!silent.isOver)
        silent.passed(now: 15, date: Self.date)
        #expect(silent.isOver)
        // A byte now and then wins no time.
        var trickling = HTTPExchange(now: 10)
        feed(&trickling, [71], now: 14)
        trickling.passed(now: 15, date: Self.date)
        #expect(text(trickling).hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        trickling.passed(now: 20, date: Self.date)
        #expect(trickling.isOver)
        var gone = HTTPExchange(now: 0)
        feed(&gone, [71])
        feed(&gone, [])
        #expect(gone.isOver)
    }

    @Test("A bad request is answered, a head without end too")
    func bad() {
        var bad = HTTPExchange(now: 0)
        feed(&bad, Array("nonsense\r\n\r\n".utf8))
        #expect(text(bad).hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        var long = HTTPExchange(now: 0)
        for _ in 0..<3 { feed(&long, [UInt8](repeating: 97, count: 4096)) }
        #expect(text(long).hasPrefix("HTTP/1.1 431 "))
    }

    private static let limits = HTTPLimits(connections: 1, bodyBytes: 16, makingSeconds: 7)

    private func post(_ rest: String) -> [UInt8] { Array("POST /a HTTP/1.1\r\nHost: h\r\n\(rest)".utf8) }

    @Test("A body comes with its length, however its bytes come; what is behind it is no part of it")
    func bodies() {
        let bytes = post("Content-Length: 5\r\n\r\nx=1&y")
        var whole = HTTPExchange(now: 0, limits: Self.limits)
        feed(&whole, bytes + [97])
        #expect(text(whole).hasSuffix("\r\n\r\n/ax=1&y\n"))
        var slow = HTTPExchange(now: 0, limits: Self.limits)
        for byte in bytes {
            #expect(slow.isReading && slow.unsent.isEmpty)
            feed(&slow, [byte])
        }
        #expect(text(slow) == text(whole))
        var none = HTTPExchange(now: 0, limits: Self.limits)
        feed(&none, post("Content-Length: 0\r\n\r\n"))
        #expect(text(none).hasSuffix("/a\n"))
        // A service that takes no bodies leaves them unread.
        var figures = HTTPExchange(now: 0)
        feed(&figures, post("\r\n"))
        #expect(text(figures).hasPrefix("HTTP/1.1 200 "))
    }

    @Test(
        "A body without one plain length, or a long one, is refused",
        arguments: [
            ("", 411), ("Transfer-Encoding: chunked\r\n", 411),
            ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 400), ("Content-Length: 17\r\n", 413),
            ("Content-Length: 99999999999999999999\r\n", 413), ("Content-Length: -1\r\n", 400),
            ("Content-Length: +1\r\n", 400), ("Content-Length:\r\n", 400), ("Content-Length: 0x1\r\n", 400),
            ("Content-Length: 5\r\nContent-Length: 5\r\n", 400), ("Content-Length: 5, 5\r\n", 400),
        ]
    )
    func lengths(field: String, status: Int) {
        var exchange = HTTPExchange(now: 0, limits: Self.limits)
        feed(&exchange, post(field + "\r\nhello"))
        #expect(text(exchange).hasPrefix("HTTP/1.1 \(status) "))
    }

    @Test("A body that does not come, and an answer that is not made, end")
    func waits() {
        var slow = HTTPExchange(now: 10, limits: Self.limits)
        feed(&slow, post("Content-Length: 5\r\n\r\nx"), now: 14)
        slow.passed(now: 18.9, date: Self.date)
        #expect(slow.unsent.isEmpty)
        slow.passed(now: 19, date: Self.date)
        #expect(text(slow).hasPrefix("HTTP/1.1 408 "))
        var asked = HTTPExchange(now: 0, limits: Self.limits)
        #expect(asked.received(Self.request, now: 1, date: Self.date) != nil && asked.isAsked)
        #expect(asked.received(Self.request, now: 1, date: Self.date) == nil)
        asked.passed(now: 8, date: Self.date)
        #expect(text(asked).hasPrefix("HTTP/1.1 503 "))
        let said = text(asked)
        asked.answered(HTTPAnswer(200), now: 9, date: Self.date)
        #expect(text(asked) == said)
    }

    @Test("No value of a field begins another one")
    func fields() {
        var answer = HTTPAnswer(303)
        answer.fields = [.init("Location", "/a\r\nX: y")]
        let text = String(decoding: answer.bytes(withBody: false, date: Self.date), as: UTF8.self)
        #expect(text.contains("\r\nLocation: /aX: y\r\n"))
    }
}
