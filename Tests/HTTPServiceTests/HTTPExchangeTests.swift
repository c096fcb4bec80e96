import Testing

@testable import HTTPService

@Suite("One connection, as a value")
struct HTTPExchangeTests {
    private static let date = "Sun, 01 Mar 2026 09:26:53 GMT"
    private static let request = Array("GET /a HTTP/1.1\r\nHost: h\r\n\r\n".utf8)

    /// Gives a connection bytes, and says what it is answered with.
    private func feed(_ exchange: inout HTTPExchange, _ bytes: [UInt8], now: Double = 0) {
        exchange.received(bytes, now: now, date: Self.date) { HTTPAnswer(200, text: $0.path) }
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
}
