internal import Foundation
internal import Glibc
internal import Synchronization
internal import SystemSupport

/// A small HTTP service: one thread, a few connections, each with one request.
///
/// Whoever asks can hold up nobody but those who ask: every part of a connection has a bound in bytes and seconds (`HTTPExchange`),
/// and while all connections are taken, others wait in the system's backlog.
public final class HTTPListener: Sendable {
    /// Why a listener cannot be opened.
    public struct Failure: Error, CustomStringConvertible, Sendable {
        /// What was being done, what the system said, what to do next.
        public let description: String
    }

    /// Connections that are open at once.
    public static let maximumConnections = 8

    /// Where it listens, with the port that the system chose where that was 0.
    public let address: ListenAddress
    private let descriptor: Int32
    private let isStopped = Atomic(false)

    /// Takes the port; connections wait until `start`.
    ///
    /// - Throws: `Failure`: a port that is taken, an address that this host does not have, a port that needs more rights.
    public init(_ address: ListenAddress) throws(Failure) {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(address.host, String(address.port), &hints, &found)
        guard status == 0, let place = found else {
            throw Failure(description: "cannot listen at \(address): \(String(cString: gai_strerror(status)))")
        }
        defer { freeaddrinfo(found) }
        let type = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let descriptor = socket(place.pointee.ai_family, Int32(type), 0)
        guard descriptor >= 0 else { throw Self.failure(address, errno) }
        var yes: Int32 = 1
        // A program that starts again must not wait for the last connections of the one before.
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, place.pointee.ai_addr, place.pointee.ai_addrlen) == 0, listen(descriptor, 16) == 0 else {
            let code = errno
            close(descriptor)
            throw Self.failure(address, code)
        }
        self.descriptor = descriptor
        self.address = ListenAddress(host: address.host, port: Self.port(of: descriptor) ?? address.port)
    }

    private static func failure(_ address: ListenAddress, _ code: Int32) -> Failure {
        let advice =
            switch code {
            case EADDRINUSE: "; another program has this port: choose another one, or 0 for any that is free"
            case EACCES: "; ports under 1024 need more rights: choose a higher one"
            case EADDRNOTAVAIL: "; this host has no such address"
            default: ""
            }
        return Failure(description: "cannot listen at \(address): \(String(cString: strerror(code)))\(advice)")
    }

    private static func port(of descriptor: Int32) -> UInt16? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var text = [CChar](repeating: 0, count: 16)
        let status = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard getsockname(descriptor, address, &length) == 0 else { return Int32(-1) }
                return getnameinfo(address, length, nil, 0, &text, socklen_t(text.count), NI_NUMERICSERV)
            }
        }
        guard status == 0 else { return nil }
        return UInt16(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    /// Begins to answer, on a thread of its own.
    ///
    /// - Parameter respond: called on that thread, one request at a time; while it takes its time, others wait.
    public func start(_ respond: @escaping @Sendable (RequestHead) -> HTTPAnswer) {
        let thread = Thread { [self] in serve(respond) }
        thread.name = "http"
        thread.stackSize = 512 << 10
        thread.start()
    }

    /// Stops listening within a second.
    public func stop() { isStopped.store(true, ordering: .releasing) }

    // MARK: - The thread

    private struct Connection {
        let descriptor: Int32
        var exchange: HTTPExchange
        var isShutDown = false
    }

    /// The longest that a look at the sockets waits, in seconds: then it is looked whether to stop.
    private static let longestWaitSeconds = 0.5

    private func serve(_ respond: (RequestHead) -> HTTPAnswer) {
        var connections: [Connection] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !isStopped.load(ordering: .acquiring) {
            let takesMore = connections.count < Self.maximumConnections
            var requests = connections.map { connection in
                let events = connection.exchange.isReading ? POLLIN : POLLOUT
                return pollfd(fd: connection.descriptor, events: Int16(events), revents: 0)
            }
            requests.append(pollfd(fd: takesMore ? descriptor : -1, events: Int16(POLLIN), revents: 0))
            let soonest = connections.map(\.exchange.deadline).min() ?? .infinity
            let wait = min(max(0, soonest - MonotonicClock.nowSeconds), Self.longestWaitSeconds)
            let isReady = poll(&requests, nfds_t(requests.count), Int32((wait * 1000).rounded(.up))) > 0
            let date = UTCText.http(seconds: Date().timeIntervalSince1970)
            for index in connections.indices {
                if isReady, requests[index].revents != 0 {
                    Self.move(&connections[index], date: date, &buffer, respond)
                }
                connections[index].exchange.passed(now: MonotonicClock.nowSeconds, date: date)
            }
            connections.removeAll { connection in
                if connection.exchange.isOver { close(connection.descriptor) }
                return connection.exchange.isOver
            }
            if isReady, requests.last?.revents != 0 { accept(into: &connections) }
        }
        for connection in connections { close(connection.descriptor) }
        close(descriptor)
    }

    private func accept(into connections: inout [Connection]) {
        let peer = Glibc.accept(descriptor, nil, nil)
        if peer >= 0 {
            _ = fcntl(peer, F_SETFD, FD_CLOEXEC)
            _ = fcntl(peer, F_SETFL, O_NONBLOCK)
            connections.append(
                Connection(descriptor: peer, exchange: HTTPExchange(now: MonotonicClock.nowSeconds))
            )
        } else if errno != EAGAIN && errno != EINTR && errno != ECONNABORTED {
            // No descriptors left, most likely: not asked again at once.
            usleep(100_000)
        }
    }

    /// Receives or sends once.
    private static func move(
        _ connection: inout Connection,
        date: String,
        _ buffer: inout [UInt8],
        _ respond: (RequestHead) -> HTTPAnswer
    ) {
        if connection.exchange.isReading {
            let count = recv(connection.descriptor, &buffer, buffer.count, 0)
            if count < 0 && (errno == EAGAIN || errno == EINTR) { return }
            connection.exchange.received(
                Array(buffer.prefix(max(0, count))),
                now: MonotonicClock.nowSeconds,
                date: date,
                respond: respond
            )
        }
        let unsent = connection.exchange.unsent
        guard !unsent.isEmpty else { return }
        let count = unsent.withUnsafeBytes {
            send(connection.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if count >= 0 {
            connection.exchange.sent(count, now: MonotonicClock.nowSeconds)
        } else if errno != EAGAIN && errno != EINTR {
            connection.exchange.lost()
        }
        if connection.exchange.isDraining, !connection.isShutDown {
            connection.isShutDown = true
            shutdown(connection.descriptor, Int32(SHUT_WR))
        }
    }
}
