@testable import HTTPService

extension FuzzTarget {
    /// Requests as a socket brings them.
    static let http = FuzzTarget(
        name: "http",
        run: { input in
            let reading = RequestHead.read(input)
            switch reading {
            case .incomplete: demand(input.count < RequestHead.maximumBytes, "a head without a bound")
            case .refused(let status): demand([400, 431, 505].contains(status), "a refusal of another kind")
            case .complete(let head, let byteCount):
                demand(byteCount <= min(input.count, RequestHead.maximumBytes), "a head longer than what came")
                demand(head.path.hasPrefix("/") && !head.path.contains("?"), "a path that is none")
                demand(head.path.utf8.allSatisfy { (33...126).contains($0) }, "a path of other characters")
                demand(!head.method.isEmpty && !head.method.contains(" "), "a method that is none")
            }
            // The answer is the same however the bytes come, and a connection carries one.
            let whole = answer(to: [input])
            demand(answer(to: input.map { [$0] }) == whole, "another answer to the same bytes one by one")
            let half = input.count / 2
            demand(answer(to: [Array(input[..<half]), Array(input[half...])]) == whole, "another answer to halves")
            demand(reading != .incomplete || whole.isEmpty, "an answer to half a head")
        },
        seeds: {
            [
                "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:9464\r\nUser-Agent: Prometheus/2.42.0\r\n\r\n",
                "HEAD http://h:1/x?y HTTP/1.0\r\nAccept: */*\r\nA:\t b\r\n\r\nrest",
                "POST / HTTP/2.0\r\n\r\n",
                "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nx=y&z",
            ].map { Array($0.utf8) }
        }
    )

    private static func answer(to pieces: [[UInt8]]) -> [UInt8] {
        var exchange = HTTPExchange(now: 0, limits: HTTPLimits(connections: 1, bodyBytes: 64, makingSeconds: 1))
        for piece in pieces where !piece.isEmpty && exchange.unsent.isEmpty {
            guard let (head, body) = exchange.received(piece, now: 0, date: "") else { continue }
            demand(body.count <= 64, "a body longer than its bound")
            let text = head.method + head.path + String(decoding: body, as: UTF8.self)
            exchange.answered(HTTPAnswer(200, text: text), now: 0, date: "")
        }
        return Array(exchange.unsent)
    }
}
