/// One connection as a value: bytes and times in, bytes out.
///
/// It carries one request and its answer.
struct HTTPExchange {
    /// How long each part of it may take, in seconds.
    enum Limit {
        static let headSeconds = 5.0
        static let answerSeconds = 5.0
        /// After the answer: a peer that still sends would lose the answer if the connection were closed on it (RFC 9112, 9.6).
        static let drainSeconds = 1.0
        static let drainBytes = 64 << 10
    }

    private enum Phase {
        case reading([UInt8])
        case answering([UInt8], sent: Int)
        case draining(bytes: Int)
        case over
    }

    private var phase = Phase.reading([])
    /// When the present part must be over, in monotonic seconds.
    private(set) var deadline: Double

    init(now: Double) { deadline = now + Limit.headSeconds }

    /// Whether the peer's bytes are wanted.
    var isReading: Bool {
        switch phase {
        case .reading, .draining: true
        case .answering, .over: false
        }
    }

    /// What is to be sent; empty where nothing is.
    var unsent: ArraySlice<UInt8> {
        if case .answering(let bytes, let sent) = phase { bytes[sent...] } else { [] }
    }

    /// Whether the answer is sent, so that the peer is to be told that no more comes.
    var isDraining: Bool { if case .draining = phase { true } else { false } }

    /// Whether the connection is to be closed.
    var isOver: Bool { if case .over = phase { true } else { false } }

    /// Takes bytes of the peer; none means that it sends no more.
    ///
    /// - Parameters:
    ///   - date: the present, as HTTP writes it.
    ///   - respond: makes the answer to a request.
    mutating func received(_ bytes: [UInt8], now: Double, date: String, respond: (RequestHead) -> HTTPAnswer) {
        switch phase {
        case .reading(let earlier):
            guard !bytes.isEmpty else {
                phase = .over
                return
            }
            let all = earlier + bytes.prefix(RequestHead.maximumBytes - earlier.count)
            switch RequestHead.read(all) {
            case .incomplete: phase = .reading(all)
            case .refused(let status): answer(HTTPAnswer(status), withBody: true, now: now, date: date)
            case .complete(let head):
                let isHead = head.method == "HEAD"
                answer(respond(head), withBody: !isHead, now: now, date: date)
            }
        case .draining(let count):
            let sum = count + bytes.count
            phase = bytes.isEmpty || sum > Limit.drainBytes ? .over : .draining(bytes: sum)
        case .answering, .over: break
        }
    }

    /// Notes that so many bytes of the answer are sent.
    mutating func sent(_ count: Int, now: Double) {
        guard case .answering(let bytes, let sent) = phase else { return }
        if sent + count < bytes.count {
            phase = .answering(bytes, sent: sent + count)
        } else {
            phase = .draining(bytes: 0)
            deadline = now + Limit.drainSeconds
        }
    }

    /// Notes that the peer is gone.
    mutating func lost() { phase = .over }

    /// Ends what takes too long; a peer that began a request is told so.
    mutating func passed(now: Double, date: String) {
        guard now >= deadline else { return }
        if case .reading(let bytes) = phase, !bytes.isEmpty {
            answer(HTTPAnswer(408), withBody: true, now: now, date: date)
        } else {
            phase = .over
        }
    }

    private mutating func answer(_ answer: HTTPAnswer, withBody: Bool, now: Double, date: String) {
        phase = .answering(answer.bytes(withBody: withBody, date: date), sent: 0)
        deadline = now + Limit.answerSeconds
    }
}
