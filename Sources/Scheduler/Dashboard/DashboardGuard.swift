internal import Glibc
internal import HTTPService
internal import SystemSupport

/// Judges a request before anything is read for it, in the order that docs/dashboard.md gives.
struct DashboardGuard: Sendable {
    /// Where it listens, with the real port.
    let listens: ListenAddress
    /// Other names that lead here, in lower case, with a port or without one.
    let hosts: [String]
    /// What whoever looks must know; nil where everybody may who reaches the address.
    let token: String?
    let allowsActions: Bool
    /// What a form must bring back.
    let formToken: String

    /// What becomes of a request.
    enum Verdict: Equatable {
        case allowed
        /// A page is wanted, and it is not known by whom.
        case asksForToken
        case refused(status: Int, why: String)
    }

    /// The verdict on a request.
    ///
    /// - Parameters:
    ///   - address: what is asked for; nil for what leads nowhere, which nobody without a token is told.
    ///   - isLoggedIn: whether a cookie's value is that of a login.
    func judge(_ request: HTTPRequest, _ address: DashboardAddress?, isLoggedIn: (String) -> Bool) -> Verdict {
        let head = request.head
        guard let host = head.field("host"), isOurs(host.lowercased()) else {
            return .refused(status: 421, why: "this host name does not lead here; name it with --host")
        }
        let isPost = head.method == "POST"
        let takesBoth = address == .login
        guard ["GET", "HEAD", "POST"].contains(head.method),
            address == nil || takesBoth || isPost == (address?.isOrder ?? false)
        else { return .refused(status: 405, why: "405 Method Not Allowed") }
        if isPost {
            let origin = head.field("origin")?.lowercased()
            guard ["http://\(host.lowercased())", "https://\(host.lowercased())"].contains(origin),
                !head.has("sec-fetch-site") || head.field("sec-fetch-site") == "same-origin"
            else { return .refused(status: 403, why: "the form was sent by another site") }
        }
        let isForEverybody = [.login, .style, .script, .icon].contains(address)
        if token != nil, !isForEverybody, !isKnown(head, isLoggedIn) {
            let isPage = !isPost && head.field("sec-fetch-dest").map { $0 == "document" } ?? true
            return isPage && !head.has("authorization")
                ? .asksForToken : .refused(status: 401, why: "the token is missing or wrong")
        }
        guard isPost, address != .login else { return .allowed }
        let form = FormFields(String(decoding: request.body, as: UTF8.self))
        guard Secret.isSame(form["csrf"] ?? "", formToken) else {
            return .refused(status: 403, why: "the form is of another start of this program: load its page again")
        }
        if case .action = address, !allowsActions {
            return .refused(status: 403, why: "actions are not allowed here: serve --allow-actions")
        }
        return .allowed
    }

    /// Whether a token is the right one.
    func isRight(_ given: String) -> Bool { token.map { Secret.isSame(given, $0) } ?? false }

    private func isKnown(_ head: RequestHead, _ isLoggedIn: (String) -> Bool) -> Bool {
        if let given = head.field("authorization") {
            return given.lowercased().hasPrefix("bearer ") && isRight(String(given.dropFirst(7)))
        }
        return Self.cookie(head).map(isLoggedIn) ?? false
    }

    /// The name of the cookie of a login.
    static let cookieName = "occ-login"

    /// The value of the login's cookie; nil where there is none, or more than one.
    static func cookie(_ head: RequestHead) -> String? {
        let found = (head.field("cookie") ?? "").split(separator: ";").compactMap { part -> String? in
            let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return pair.count == 2 && pair[0] == cookieName ? String(pair[1]) : nil
        }
        return found.count == 1 ? found[0] : nil
    }

    /// Whether a Host leads here by right.
    ///
    /// Numbers cannot be made to lead elsewhere by whoever owns a name.
    private func isOurs(_ host: String) -> Bool {
        if host == listens.description.lowercased() || hosts.contains(host) { return true }
        let colon = host.lastIndex(of: ":").flatMap { host.hasSuffix("]") ? nil : $0 }
        let name = String(colon.map { host[..<$0] } ?? host[...])
        if hosts.contains(name) { return true }
        guard colon.map({ host[host.index(after: $0)...] == "\(listens.port)" }) ?? (listens.port == 80) else {
            return false
        }
        if listens.isLoopback { return name == "localhost" }
        guard listens.host == "0.0.0.0" || listens.host == "::" else { return false }
        return name == "localhost" || (try? ListenAddress("\(name):\(listens.port)")) != nil
    }
}

/// Secrets that are compared and made up.
enum Secret {
    /// Whether two texts are the same, in a time that does not tell where they differ.
    static func isSame(_ a: String, _ b: String) -> Bool {
        // Digests are of one length, and nobody who sends a text chooses its digest.
        zip(digest(a).utf8, digest(b).utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func digest(_ text: String) -> String { Array(text.utf8).withUnsafeBytes { SHA256.hex($0) } }

    /// 256 random bits of the system, as 64 hexadecimal digits.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: (0..<64).map { _ in digits[Int(generator.next() & 15)] }, as: UTF8.self)
    }
}

/// Who logged in: a bounded list of random values and when they end.
struct DashboardLogins {
    /// How long a login holds.
    static let lifetimeSeconds = 12 * 3600.0
    /// How many hold; of more, the oldest end.
    static let most = 256

    private var logins: [(value: String, end: Double)] = []

    /// A new login's value.
    mutating func add(now: Double) -> String {
        let value = Secret.random()
        logins.removeAll { $0.end <= now }
        logins.append((value, now + Self.lifetimeSeconds))
        if logins.count > Self.most { logins.removeFirst() }
        return value
    }

    /// Whether a value is that of a login that holds.
    func holds(_ value: String, now: Double) -> Bool {
        logins.reduce(false) { (Secret.isSame($1.value, value) && $1.end > now) || $0 }
    }

    /// Ends a login.
    mutating func remove(_ value: String) { logins.removeAll { Secret.isSame($0.value, value) } }
}
