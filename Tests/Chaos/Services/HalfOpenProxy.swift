import Foundation
import Synchronization

/// A TCP relay that can fall silent: connections stay open, and nothing that is sent over them arrives any more.
///
/// The relay's kernel goes on acknowledging, so keepalives and `TCP_USER_TIMEOUT` see nothing wrong; this is what a dead peer behind a
/// load balancer looks like. It has threads of its own, whatever the suite is doing.
nonisolated final class HalfOpenProxy: Sendable {
    private struct State {
        /// Connections opened before this generation are silent.
        var firstSpeaking = 0
        var generation = 0
        var descriptors: [Int: (client: Int32, server: Int32)] = [:]
        /// Where new connections lead.
        var serverPort: Int
    }

    let port: Int
    private let listener: Int32
    private let state: Mutex<State>

    init(to serverPort: Int) throws {
        state = Mutex(State(serverPort: serverPort))
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Self.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && listen(descriptor, 64) == 0
                    ? getsockname(descriptor, address, &length) : -1
            }
        }
        guard status == 0 else { throw ChaosFailure("cannot listen: \(String(cString: strerror(errno)))") }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in acceptLoop() }
    }

    /// Makes every open connection silent for ever; new ones work.
    func silenceOpenConnections() {
        state.withLock { $0.firstSpeaking = $0.generation }
    }

    /// Lets new connections lead to another port; open ones stay where they are.
    func lead(to serverPort: Int) {
        state.withLock { $0.serverPort = serverPort }
    }

    /// Cuts every open connection, with a reset.
    func resetOpenConnections() {
        let open = state.withLock { Array($0.descriptors.values) }
        for pair in open {
            var hard = linger(l_onoff: 1, l_linger: 0)
            setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
            shutdown(pair.client, Int32(SHUT_RDWR))
            shutdown(pair.server, Int32(SHUT_RDWR))
        }
    }

    private func acceptLoop() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { continue }
            _ = fcntl(client, F_SETFD, FD_CLOEXEC)
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            var address = Self.loopback(port: state.withLock { $0.serverPort })
            let status = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard status == 0 else {
                close(client)
                close(server)
                continue
            }
            let number = state.withLock { state in
                let number = state.generation
                state.generation += 1
                state.descriptors[number] = (client, server)
                return number
            }
            Thread.detachNewThread { [self] in relay(number, client, server) }
        }
    }

    private func relay(_ number: Int, _ client: Int32, _ server: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        var watched = [
            pollfd(fd: client, events: Int16(POLLIN), revents: 0),
            pollfd(fd: server, events: Int16(POLLIN), revents: 0),
        ]
        relaying: while true {
            guard poll(&watched, 2, 1000) >= 0 || errno == EINTR else { break }
            for (from, to) in [(0, server), (1, client)] where watched[from].revents != 0 {
                let count = read(watched[from].fd, &buffer, buffer.count)
                guard count > 0 else { break relaying }
                // Swallowed: the sender's bytes were taken, and nobody will ever answer them.
                if state.withLock({ number < $0.firstSpeaking }) { continue }
                var sent = 0
                while sent < count {
                    let written = buffer.withUnsafeBytes {
                        send(to, $0.baseAddress! + sent, count - sent, Int32(MSG_NOSIGNAL))
                    }
                    guard written > 0 else { break relaying }
                    sent += written
                }
            }
        }
        state.withLock { _ = $0.descriptors.removeValue(forKey: number) }
        close(client)
        close(server)
    }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = UInt16(port).bigEndian
        return address
    }
}
