internal import CPQ
internal import Glibc

/// Carries a connection that libpq has begun to its end, blocking, with a limit on each address.
///
/// This is what `PQconnectdbParams` does, but between begin and end the verbosity of errors can be set. An address that does not
/// answer in time loses its socket: libpq then takes the next one, as after any other failure.
struct ConnectionAttempt {
    private let connection: OpaquePointer
    private let secondsPerAddress: Double?

    init(_ connection: OpaquePointer, secondsPerAddress: Double?) {
        self.connection = connection
        self.secondsPerAddress = secondsPerAddress
    }

    /// Returns when the connection stands or has failed; `PQstatus` says which.
    ///
    /// - Returns: the addresses that did not answer in time, for people; libpq's text has another reason for them.
    func finish() -> [String] {
        guard PQstatus(connection) != CONNECTION_BAD else { return [] }
        var silent: [String] = []
        var wish = PGRES_POLLING_WRITING
        var address = self.address
        var deadline = self.deadline
        while true {
            switch wish {
            case PGRES_POLLING_READING, PGRES_POLLING_WRITING:
                if !wait(toRead: wish == PGRES_POLLING_READING, until: deadline) {
                    // Libpq reads the end of the stream and goes on to the next address.
                    _ = shutdown(PQsocket(connection), Int32(SHUT_RDWR))
                    silent.append(self.address.compactMap { $0?.isEmpty == false ? $0 : nil }.joined(separator: " "))
                    deadline = self.deadline
                }
            default: return silent
            }
            wish = PQconnectPoll(connection)
            if self.address != address {
                address = self.address
                deadline = self.deadline
            }
        }
    }

    private var address: [String?] {
        [PQhost(connection), PQhostaddr(connection), PQport(connection)].map { $0.map { String(cString: $0) } }
    }

    private var deadline: ContinuousClock.Instant? {
        secondsPerAddress.map { .now + .seconds($0) }
    }

    /// Waits for the socket; false when the deadline came first.
    private func wait(toRead: Bool, until deadline: ContinuousClock.Instant?) -> Bool {
        while true {
            var entry = pollfd(fd: PQsocket(connection), events: Int16(toRead ? POLLIN : POLLOUT), revents: 0)
            var milliseconds: Int32 = -1
            if let deadline {
                let left = (deadline - .now) / .milliseconds(1)
                guard left > 0 else { return false }
                milliseconds = Int32(min(left.rounded(.up), 1e6))
            }
            let count = poll(&entry, 1, milliseconds)
            if count > 0 || (count < 0 && errno != EINTR) { return true }
        }
    }
}
