internal import Foundation
internal import Glibc
internal import Synchronization
internal import SystemSupport

/// A small HTTP service: one thread that moves bytes, a few connections, each with one request.
///
/// Whoever asks can hold up nobody but those who ask: every part of a connection has a bound in bytes and seconds (`HTTPExchange`),
/// and while all connections are taken, others wait in the system's backlog.
public final class HTTPListener: Sendable {
    /// Why a listener cannot be opened.
    public struct Failure: Error, CustomStringConvertible, Sendable {
        /// What was being done, what the system said, what to do next.
        public let description: String
    }

    /// Where it listens, with the port that the system chose where that was 0.
    public let address: ListenAddress
    private let descriptor: Int32
    private let limits: HTTPLimits
    private let isStopped = Atomic(false)
    /// Answers that were made and not yet taken by the thread, by the number of their connection.
    private let outbox = Mutex<[(connection: Int, answer: HTTPAnswer)]>([])
    /// A pipe that is written to where an answer is made: the thread waits for it as for a socket.
    private let bell: (hears: Int32, rings: Int32)

    /// Takes the port; connections wait until `start`.
    ///
    /// - Throws: `Failure`: a port that is taken, an address that this host does not have, a port that needs more rights.
    public init(_ address: ListenAddress, limits: HTTPLimits = .figures) throws(Failure) {
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
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            let code = errno
            close(descriptor)
            throw Self.failure(address, code)
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        bell = (ends[0], ends[1])
        self.descriptor = descriptor
        self.limits = limits
        self.address = ListenAddress(host: address.host, port: Self.port(of: descriptor) ?? address.port)
    }

    deinit {
        close(bell.hears)
        close(bell.rings)
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
        start(handing: { request, reply in reply(respond(request.head)) })
    }

    /// Begins to hand requests on, from a thread of its own.
    ///
    /// - Parameter respond: called on that thread for one request after the other; takes the request, sees to its answer elsewhere, and
    ///   calls what it was given with it, once, from any thread.
    public func start(
        handing respond: @escaping @Sendable (HTTPRequest, @escaping @Sendable (HTTPAnswer) -> Void) -> Void
    ) {
        let thread = Thread { [self] in serve(respond) }
        thread.name = "http"
        thread.stackSize = 512 << 10
        thread.start()
    }

    /// Stops listening within a second.
    public func stop() { isStopped.store(true, ordering: .releasing) }

    // MARK: - The thread

    private struct Connection {
        let number: Int
        let descriptor: Int32
        let peer: String
        var exchange: HTTPExchange
        var isShutDown = false

        /// What of it is waited for; a peer that leaves while its answer is made is noticed when that is sent.
        var request: pollfd {
            let events = exchange.isReading ? POLLIN : POLLOUT
            return pollfd(fd: exchange.isAsked ? -1 : descriptor, events: Int16(events), revents: 0)
        }
    }

    private typealias Respond = @Sendable (HTTPRequest, @escaping @Sendable (HTTPAnswer) -> Void) -> Void

    /// The longest that a look at the sockets waits, in seconds: then it is looked whether to stop.
    private static let longestWaitSeconds = 0.5

    private func serve(_ respond: @escaping Respond) {
        var connections: [Connection] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        var count = 0
        while !isStopped.load(ordering: .acquiring) {
            let takesMore = connections.count < limits.connections
            var requests = connections.map(\.request)
            requests.append(pollfd(fd: bell.hears, events: Int16(POLLIN), revents: 0))
            requests.append(pollfd(fd: takesMore ? descriptor : -1, events: Int16(POLLIN), revents: 0))
            let soonest = connections.map(\.exchange.deadline).min() ?? .infinity
            let wait = min(max(0, soonest - MonotonicClock.nowSeconds), Self.longestWaitSeconds)
            let isReady = poll(&requests, nfds_t(requests.count), Int32((wait * 1000).rounded(.up))) > 0
            let date = UTCText.http(seconds: Date().timeIntervalSince1970)
            for index in connections.indices where isReady && requests[index].revents != 0 {
                receive(&connections[index], date: date, &buffer, respond)
            }
            deliver(to: &connections, date: date)
            for index in connections.indices {
                Self.send(&connections[index])
                connections[index].exchange.passed(now: MonotonicClock.nowSeconds, date: date)
            }
            connections.removeAll { connection in
                if connection.exchange.isOver { close(connection.descriptor) }
                return connection.exchange.isOver
            }
            if isReady, requests.last?.revents != 0 {
                count += 1
                accept(into: &connections, number: count)
            }
        }
        for connection in connections { close(connection.descriptor) }
        close(descriptor)
    }

    private func accept(into connections: inout [Connection], number: Int) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let peer = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.accept(descriptor, $0, &length) }
        }
        if peer >= 0 {
            _ = fcntl(peer, F_SETFD, FD_CLOEXEC)
            _ = fcntl(peer, F_SETFL, O_NONBLOCK)
            connections.append(
                Connection(
                    number: number,
                    descriptor: peer,
                    peer: Self.host(&storage, length),
                    exchange: HTTPExchange(now: MonotonicClock.nowSeconds, limits: limits)
                )
            )
        } else if errno != EAGAIN && errno != EINTR && errno != ECONNABORTED {
            // No descriptors left, most likely: not asked again at once.
            usleep(100_000)
        }
    }

    private static func host(_ storage: inout sockaddr_storage, _ length: socklen_t) -> String {
        var text = [CChar](repeating: 0, count: 64)
        let status = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getnameinfo($0, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            }
        }
        guard status == 0 else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Receives once, and hands a request on that is whole now.
    private func receive(
        _ connection: inout Connection,
        date: String,
        _ buffer: inout [UInt8],
        _ respond: Respond
    ) {
        guard connection.exchange.isReading else { return }
        let count = recv(connection.descriptor, &buffer, buffer.count, 0)
        if count < 0 && (errno == EAGAIN || errno == EINTR) { return }
        let now = MonotonicClock.nowSeconds
        let bytes = Array(buffer.prefix(max(0, count)))
        guard let (head, body) = connection.exchange.received(bytes, now: now, date: date) else { return }
        let number = connection.number
        respond(HTTPRequest(head, body: body, peer: connection.peer)) { [self] answer in
            outbox.withLock { $0.append((number, answer)) }
            // A pipe that is full rings already.
            var ring: UInt8 = 1
            _ = write(bell.rings, &ring, 1)
        }
    }

    /// Gives answers that were made to their connections, as far as these still stand.
    private func deliver(to connections: inout [Connection], date: String) {
        var rings = [UInt8](repeating: 0, count: 256)
        _ = read(bell.hears, &rings, rings.count)
        let made = outbox.withLock { outbox in
            defer { outbox = [] }
            return outbox
        }
        for (number, answer) in made {
            guard let index = connections.firstIndex(where: { $0.number == number }) else { continue }
            connections[index].exchange.answered(answer, now: MonotonicClock.nowSeconds, date: date)
        }
    }

    /// Sends once, where there is something to send.
    private static func send(_ connection: inout Connection) {
        let unsent = connection.exchange.unsent
        guard !unsent.isEmpty else { return }
        let count = unsent.withUnsafeBytes {
            Glibc.send(connection.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
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
