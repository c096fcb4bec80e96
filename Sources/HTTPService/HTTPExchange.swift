/// One connection as a value: bytes and times in, bytes out.
///
/// It carries one request and its answer.
struct HTTPExchange {
    /// How long each part of it may take, in seconds.
    enum Limit {
        static let headSeconds = 5.0
        static let bodySeconds = 5.0
        static let answerSeconds = 5.0
        /// After the answer: a peer that still sends would lose the answer if the connection were closed on it (RFC 9112, 9.6).
        static let drainSeconds = 1.0
        static let drainBytes = 64 << 10
    }

    private enum Phase {
        case reading([UInt8])
        case readingBody(RequestHead, [UInt8], count: Int)
        /// The request is handed on; `answered` is waited for.
        case asked(isHead: Bool)
        case answering([UInt8], sent: Int)
        case draining(bytes: Int)
        case over
    }

    private var phase = Phase.reading([])
    /// When the present part must be over, in monotonic seconds.
    private(set) var deadline: Double

    private let limits: HTTPLimits

    init(now: Double, limits: HTTPLimits = .figures) {
        deadline = now + Limit.headSeconds
        self.limits = limits
    }

    /// Whether the peer's bytes are wanted.
    var isReading: Bool {
        switch phase {
        case .reading, .readingBody, .draining: true
        case .asked, .answering, .over: false
        }
    }

    /// Whether somebody is making the answer.
    var isAsked: Bool { if case .asked = phase { true } else { false } }

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
    /// - Parameter date: the present, as HTTP writes it.
    /// - Returns: the request, once, where it is whole now; then `answered` is to be called.
    mutating func received(_ bytes: [UInt8], now: Double, date: String) -> (head: RequestHead, body: [UInt8])? {
        switch phase {
        case .reading(let earlier):
            guard !bytes.isEmpty else {
                phase = .over
                return nil
            }
            let all = earlier + bytes.prefix(RequestHead.maximumBytes + limits.bodyBytes - earlier.count)
            switch RequestHead.read(all) {
            case .incomplete: phase = .reading(all)
            case .refused(let status): answer(HTTPAnswer(status), withBody: true, now: now, date: date)
            case .complete(let head, let byteCount):
                guard limits.bodyBytes > 0, head.method == "POST" else { return ask(head, [], now: now) }
                switch head.bodyLength(limit: limits.bodyBytes) {
                case .refused(let status): answer(HTTPAnswer(status), withBody: true, now: now, date: date)
                case .bytes(let count):
                    deadline = now + Limit.bodySeconds
                    return take(head, Array(all[byteCount...]), count: count, now: now)
                }
            }
        case .readingBody(let head, let earlier, let count):
            guard !bytes.isEmpty else {
                phase = .over
                return nil
            }
            return take(head, earlier + bytes.prefix(count - earlier.count), count: count, now: now)
        case .draining(let count):
            let sum = count + bytes.count
            phase = bytes.isEmpty || sum > Limit.drainBytes ? .over : .draining(bytes: sum)
        case .asked, .answering, .over: break
        }
        return nil
    }

    private mutating func take(_ head: RequestHead, _ body: [UInt8], count: Int, now: Double)
        -> (head: RequestHead, body: [UInt8])?
    {
        guard body.count < count else { return ask(head, Array(body.prefix(count)), now: now) }
        phase = .readingBody(head, body, count: count)
        return nil
    }

    private mutating func ask(_ head: RequestHead, _ body: [UInt8], now: Double) -> (head: RequestHead, body: [UInt8]) {
        phase = .asked(isHead: head.method == "HEAD")
        deadline = now + limits.makingSeconds
        return (head, body)
    }

    /// Takes the answer to the request; one that comes too late is dropped.
    mutating func answered(_ answer: HTTPAnswer, now: Double, date: String) {
        guard case .asked(let isHead) = phase else { return }
        self.answer(answer, withBody: !isHead, now: now, date: date)
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
        switch phase {
        case .reading(let bytes) where !bytes.isEmpty: answer(HTTPAnswer(408), withBody: true, now: now, date: date)
        case .readingBody: answer(HTTPAnswer(408), withBody: true, now: now, date: date)
        case .asked(let isHead): answer(HTTPAnswer(503), withBody: !isHead, now: now, date: date)
        case .reading, .answering, .draining, .over: phase = .over
        }
    }

    private mutating func answer(_ answer: HTTPAnswer, withBody: Bool, now: Double, date: String) {
        phase = .answering(answer.bytes(withBody: withBody, date: date), sent: 0)
        deadline = now + Limit.answerSeconds
    }
}
