import HTTPService
import Testing

@testable import Scheduler

/// What the dashboard refuses before it reads anything; docs/dashboard.md gives the order.
@Suite("Dashboard: who may ask what") struct DashboardGuardTests {
    private static let token = "a-token-of-twenty-and-more"

    private func gate(
        _ listens: String = "127.0.0.1:9466",
        hosts: [String] = [],
        token: String? = nil,
        allowsActions: Bool = true
    ) throws -> DashboardGuard {
        DashboardGuard(
            listens: try ListenAddress(listens),
            hosts: hosts,
            token: token,
            allowsActions: allowsActions,
            formToken: "form"
        )
    }

    /// The status that a request gets: 200 where it is let through, 303 where it is asked to log in.
    private func status(
        _ gate: DashboardGuard,
        _ method: String,
        _ path: String,
        _ fields: KeyValuePairs<String, String>,
        body: String = "",
        logins: Set<String> = []
    ) -> Int {
        let head = RequestHead(method: method, path: path, fields: fields)
        let address = DashboardAddress(path: path, query: "")
        switch gate.judge(HTTPRequest(head, body: Array(body.utf8)), address, isLoggedIn: logins.contains) {
        case .allowed: return 200
        case .asksForToken: return 303
        case .refused(let status, _): return status
        }
    }

    @Test("A foreign name, or none, leads nowhere, whatever is asked")
    func hosts() throws {
        let local = try gate()
        for host in ["127.0.0.1:9466", "localhost:9466", "LOCALHOST:9466"] {
            #expect(status(local, "GET", "/", ["Host": host]) == 200, "\(host)")
        }
        for host in [
            "evil.example:9466", "127.0.0.1", "127.0.0.1:80", "localhost", "localhost:9467", "",
            "127.0.0.1.evil.example:9466",
        ] {
            #expect(status(local, "GET", "/", ["Host": host]) == 421, "\(host)")
            #expect(status(local, "GET", "/style.css", ["Host": host]) == 421, "\(host)")
        }
        #expect(status(local, "GET", "/", [:]) == 421)
        let open = try gate("0.0.0.0:9466", hosts: ["occ.example.org"], token: Self.token)
        for (host, expected) in [
            ("occ.example.org", 303), ("occ.example.org:8443", 303), ("10.1.2.3:9466", 303), ("evil.example:9466", 421),
            ("occ.example.org.evil.example", 421),
        ] {
            #expect(status(open, "GET", "/", ["Host": host]) == expected, "\(host)")
        }
    }

    @Test("With a token nothing but the login is told to those who do not know it")
    func tokens() throws {
        let gate = try gate(token: Self.token)
        let host = "127.0.0.1:9466"
        for path in ["/", "/runs/r", "/runs/r/scenes/s/samples/0/above.png", "/nowhere"] {
            #expect(status(gate, "GET", path, ["Host": host]) == 303, "\(path)")
            #expect(status(gate, "GET", path, ["Host": host, "Authorization": "Bearer wrong"]) == 401, "\(path)")
            #expect(
                status(gate, "GET", path, ["Host": host, "Authorization": "Bearer \(Self.token)"]) == 200,
                "\(path)"
            )
            #expect(status(gate, "GET", path, ["Host": host, "Cookie": "occ-login=x"], logins: ["y"]) == 303)
            #expect(status(gate, "GET", path, ["Host": host, "Cookie": "a=b; occ-login=x"], logins: ["x"]) == 200)
        }
        // A cookie that is there twice is nobody's.
        #expect(status(gate, "GET", "/", ["Host": host, "Cookie": "occ-login=x; occ-login=x"], logins: ["x"]) == 303)
        #expect(status(gate, "GET", "/events/r", ["Host": host, "Sec-Fetch-Dest": "empty"]) == 401)
        for path in ["/login", "/style.css", "/icon.svg"] { #expect(status(gate, "GET", path, ["Host": host]) == 200) }
        #expect(gate.isRight(Self.token) && !gate.isRight("") && !gate.isRight(Self.token + "x"))
        #expect(try !self.gate().isRight(""))
    }

    @Test(
        "A form of another site, without its token or with another method is refused, and actions where they are not allowed"
    )
    func forms() throws {
        let gate = try gate()
        let host = "127.0.0.1:9466"
        let origin = "http://127.0.0.1:9466"
        let path = "/runs/r/pause"
        #expect(status(gate, "POST", path, ["Host": host, "Origin": origin], body: "csrf=form") == 200)
        for other in ["https://evil.example", "null", "http://127.0.0.1:9467", "http://localhost:9466"] {
            #expect(status(gate, "POST", path, ["Host": host, "Origin": other], body: "csrf=form") == 403, "\(other)")
        }
        #expect(status(gate, "POST", path, ["Host": host], body: "csrf=form") == 403)
        let cross: KeyValuePairs = ["Host": host, "Origin": origin, "Sec-Fetch-Site": "cross-site"]
        #expect(status(gate, "POST", path, cross, body: "csrf=form") == 403)
        for body in ["", "csrf=", "csrf=other", "CSRF=form", "csrf=form%00"] {
            #expect(status(gate, "POST", path, ["Host": host, "Origin": origin], body: body) == 403, "\(body)")
        }
        #expect(status(gate, "GET", path, ["Host": host]) == 405)
        #expect(status(gate, "POST", "/runs/r", ["Host": host, "Origin": origin], body: "csrf=form") == 405)
        for method in ["PUT", "DELETE", "OPTIONS", "TRACE"] {
            #expect(status(gate, method, "/", ["Host": host]) == 405, "\(method)")
        }
        let looking = try self.gate(allowsActions: false)
        #expect(status(looking, "POST", path, ["Host": host, "Origin": origin], body: "csrf=form") == 403)
    }

    @Test(
        "Addresses that lead out of their place, or nowhere, are none",
        arguments: [
            "/runs/..", "/runs/%2e%2e", "/runs/a%2fb", "/runs/a/scenes/..%2f..", "/runs//scenes",
            "/runs/a/scenes/b/samples/-1/above.png",
            "/runs/a/scenes/b/samples/01/above.png", "/runs/a/scenes/b/samples/0/../../x", "/runs/a%00",
            "/runs/a%0d%0aX", "/runs/%ff", "/runs/%",
            "/etc/passwd", "//", "/runs", "/runs/a/destroy",
        ]
    )
    func nowhere(path: String) { #expect(DashboardAddress(path: path, query: "") == nil) }

    @Test("An address is what its text says, whatever is in its names")
    func addresses() {
        let name = "a b/&<\"'é…%2e"
        let addresses: [DashboardAddress] = [
            .runs(before: 7), .run("a b&<\"'é", done: .pause), .scenes(run: "r", from: name),
            .scene(run: "r", scene: "x?y#z", sample: 3),
            .picture(run: "r", scene: "%2e", sample: 0, .sheet), .comparison(a: name, b: "r+s", withScores: true),
            .events(run: "r;s"),
            .action(.retry, run: "r", scene: "s"), .action(.cancel, run: "r", scene: nil), .login, .logout,
        ]
        for address in addresses {
            let parts = address.text.split(separator: "?", maxSplits: 1).map(String.init)
            #expect(
                DashboardAddress(path: parts[0], query: parts.count > 1 ? parts[1] : "") == address,
                "\(address.text)"
            )
            #expect(
                address.text.utf8.allSatisfy { (33...126).contains($0) && !"<>\"'".utf8.contains($0) },
                "\(address.text)"
            )
        }
    }

    @Test("Logins hold for their time, and the newest ones only")
    func logins() {
        var logins = DashboardLogins()
        let first = logins.add(now: 0)
        #expect(first.count == 64 && logins.holds(first, now: 1) && !logins.holds("", now: 1))
        #expect(!logins.holds(first, now: DashboardLogins.lifetimeSeconds + 1))
        let second = logins.add(now: 1)
        logins.remove(first)
        #expect(!logins.holds(first, now: 1) && logins.holds(second, now: 1) && first != second)
        for _ in 0..<DashboardLogins.most { _ = logins.add(now: 2) }
        #expect(!logins.holds(second, now: 3))
    }

    @Test("Errors that differ in names, paths and numbers are one cause")
    func causes() {
        let one = FailureCauses.cause(of: "scene 'a' at /data/1/x.jpg: sample 17 of 40 lacks 'CAM_FRONT'\nmore")
        #expect(one == FailureCauses.cause(of: "scene 'b' at /data/2/y.jpg: sample 3 of 9 lacks 'CAM_BACK'"))
        #expect(one == "scene … at … sample # of # lacks …")
        #expect(FailureCauses.cause(of: "") == "no error was told")
        #expect(FailureCauses.cause(of: String(repeating: "'", count: 5000)).count <= 200)
    }
}
