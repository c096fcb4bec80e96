import Foundation
import Synchronization
import Testing

@testable import HTTPService

/// Real sockets of the loopback interface.
@Suite("The listener")
struct HTTPListenerTests {
    /// A connection to a port of this machine.
    private struct Client {
        private let descriptor: Int32

        init(port: UInt16) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            address.sin_port = port.bigEndian
            let status = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(status == 0)
            var limit = timeval(tv_sec: 20, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        }

        func send(_ text: String) { _ = text.withCString { Foundation.send(descriptor, $0, strlen($0), 0) } }

        /// All that comes until the other side ends.
        func receive() -> String {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
                bytes += buffer[..<count]
            }
        }

        func end() { close(descriptor) }
    }

    private static let request = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n"

    private func listener(_ body: @escaping @Sendable (RequestHead) -> HTTPAnswer) throws -> HTTPListener {
        let listener = try HTTPListener(ListenAddress("127.0.0.1:0"))
        listener.start(body)
        return listener
    }

    @Test("Port 0 is one that is free; a request is answered whole, also a long answer, and the connection ends")
    func answers() throws {
        let body = [UInt8](repeating: 97, count: 3 << 20)
        let listener = try listener { HTTPAnswer(200, contentType: $0.path, body: body) }
        defer { listener.stop() }
        #expect(listener.address.port != 0)
        for _ in 0..<2 {
            let client = try Client(port: listener.address.port)
            client.send(Self.request)
            let answer = client.receive()
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\nDate: ") && answer.contains("Content-Type: /x\r\n"))
            #expect(answer.utf8.count > body.count && answer.hasSuffix("aaa"))
            client.end()
        }
    }

    @Test("A port that is taken is refused, with what to do")
    func taken() throws {
        let first = try listener { _ in HTTPAnswer(200) }
        defer { first.stop() }
        #expect {
            try HTTPListener(first.address)
        } throws: {
            "\($0)".contains("cannot listen at \(first.address)") && "\($0)".contains("choose another one")
        }
    }

    @Test("Eight that say nothing keep nobody out for longer than they stay")
    func full() throws {
        let listener = try listener { _ in HTTPAnswer(200) }
        defer { listener.stop() }
        let silent = try (0..<HTTPLimits.figures.connections).map { _ in try Client(port: listener.address.port) }
        let ninth = try Client(port: listener.address.port)
        ninth.send(Self.request)
        silent[0].end()
        #expect(ninth.receive().hasPrefix("HTTP/1.1 200 OK\r\n"))
        // The others are still heard.
        silent[7].send(Self.request)
        #expect(silent[7].receive().hasPrefix("HTTP/1.1 200 OK\r\n"))
        for client in silent[1...] { client.end() }
        ninth.end()
    }

    @Test("Answers are made elsewhere, in any order; one for a connection that is gone harms nobody")
    func elsewhere() throws {
        let listener = try HTTPListener(ListenAddress("127.0.0.1:0"), limits: .pages)
        defer { listener.stop() }
        let waiting = Mutex<[@Sendable (HTTPAnswer) -> Void]>([])
        listener.start(handing: { request, reply in
            #expect(request.peer == "127.0.0.1")
            if request.head.path == "/x" { return waiting.withLock { $0.append(reply) } }
            reply(HTTPAnswer(200, text: String(decoding: request.body, as: UTF8.self)))
            for other in waiting.withLock({ $0 }) { other(HTTPAnswer(200, text: "late")) }
        })
        let (first, gone) = (try Client(port: listener.address.port), try Client(port: listener.address.port))
        first.send(Self.request)
        gone.send(Self.request)
        while waiting.withLock({ $0.count }) < 2 { usleep(1000) }
        gone.end()
        let second = try Client(port: listener.address.port)
        second.send("POST /y HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
        #expect(second.receive().hasSuffix("\r\n\r\nabc\n"))
        #expect(first.receive().hasSuffix("\r\n\r\nlate\n"))
        first.end()
        second.end()
    }
}
