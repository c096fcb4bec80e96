import Foundation
import HTTPService
import PostgresClient
import Synchronization
import TestSupport
import Testing

@testable import JobQueue
@testable import Scheduler

/// The dashboard's answers from a real queue, read by a role that may only read.
@Suite("Dashboard: pages and actions", .enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL"))
struct DashboardServiceTests {
    private static let host = "127.0.0.1:9466"
    private static let run = "run-1"
    /// What a name must not do to a page.
    private static let name = "<script>alert(1)<b>&\"'"

    /// A queue with one run of three scenes: one failed, one in work, one queued; and the role `viewer` as the page makes it.
    private func with(_ body: (_ owner: JobQueue, _ viewer: JobQueue) async throws -> Void) async throws {
        let connection = try await DisposablePostgresServer.connectionString()
        let schema = "dash_\(UInt64.random(in: 0...UInt64.max))"
        let pool = ConnectionPool(configuration: try PostgresConfiguration(connectionString: connection))
        let timing = QueueTiming(
            reapIntervalSeconds: 0,
            retryBackoff: Backoff(baseSeconds: 0, capSeconds: 0),
            patienceSeconds: 2
        )
        let owner = try JobQueue(pool: pool, schema: schema, timing: timing)
        try await owner.migrate()
        let page = try Project.text("docs/dashboard.md")
        let block = try #require(page.components(separatedBy: "\n```").first { $0.hasPrefix("sql\n") })
        let database = try await pool.query("SELECT current_database() AS d, current_user AS u", doing: "asking").rows[
            0
        ]
        for statement in block.dropFirst(4).split(separator: ";").map({
            $0.trimmingCharacters(in: .whitespacesAndNewlines)
        })
        where !statement.isEmpty {
            let own = statement.replacing("occ_viewer", with: "\(schema)_viewer").replacing(
                "SCHEMA occ",
                with: "SCHEMA \(schema)"
            )
            .replacing("DATABASE occ", with: "DATABASE \"\(try database.get("d", as: String.self))\"")
            .replacing("ROLE occ_owner", with: "ROLE \"\(try database.get("u", as: String.self))\"")
            try await pool.query(own, doing: "following the page")
        }
        let reading = ConnectionPool(
            configuration: try PostgresConfiguration(
                connectionString: connection + " user=\(schema)_viewer password=change-this-3"
            )
        )
        do {
            _ = try await owner.submit(
                RunSubmission(
                    name: Self.run,
                    settings: "{}",
                    kind: "predict",
                    formatVersion: 1,
                    priority: 0,
                    maximumAttempts: 1
                ),
                scenes: ["a", "m", "z"].map {
                    SceneSubmission(name: $0, priority: 0, sampleCount: 4, payload: [])
                }
            )
            // The queue takes no such names; a page must bear what the database holds.
            try await pool.query(
                "UPDATE \(schema).scene_inputs SET name = $1 WHERE name = 'm'",
                [.text(Self.name)],
                doing: "renaming"
            )
            let worker = try await owner.registerWorker(
                WorkerDescription(
                    host: "<b>host</b>",
                    pid: 1,
                    slots: 2,
                    version: "1",
                    identity: WorkerDescription.newIdentity()
                )
            )
            let claimed = try await owner.claim(worker, limit: 2, filter: ClaimFilter(formatVersions: ["predict": 1]))
            _ = try await owner.fail(
                claimed[0].sceneLease,
                message: "<img src=x> postgresql://u:topsecret@h/d is no picture",
                retryable: false
            )
            _ = try await owner.reportProgress(claimed[1].sceneLease, samplesDone: 1)
            try await body(owner, try JobQueue(pool: reading, schema: schema, timing: timing))
        } catch {
            Issue.record(error)
        }
        await reading.close()
        for statement in [
            "DROP SCHEMA \(schema) CASCADE", "DROP OWNED BY \(schema)_viewer", "DROP ROLE \(schema)_viewer",
        ] {
            _ = try? await pool.query(statement, doing: "cleaning up")
        }
        await pool.close()
    }

    private func service(_ queue: JobQueue, token: String? = nil, allowsActions: Bool = false, told: LinesTold? = nil)
        throws
        -> DashboardService
    {
        let gate = DashboardGuard(
            listens: try ListenAddress(Self.host),
            hosts: [],
            token: token,
            allowsActions: allowsActions,
            formToken: "form"
        )
        return DashboardService(queue, gate, output: nil) { told?.add($0) }
    }

    private func get(_ service: DashboardService, _ address: DashboardAddress) async -> (
        status: Int, text: String, fields: [String: String]
    ) {
        let parts = address.text.split(separator: "?", maxSplits: 1).map(String.init)
        let head = RequestHead(
            method: "GET",
            path: parts[0],
            query: parts.count > 1 ? parts[1] : "",
            fields: ["Host": Self.host]
        )
        let answer = await service.answer(HTTPRequest(head, peer: "127.0.0.1"))
        let fields = Dictionary(answer.fields.map { ($0.name, $0.value) }) { first, _ in first }
        return (answer.status, String(decoding: answer.body, as: UTF8.self), fields)
    }

    private func post(_ service: DashboardService, _ address: DashboardAddress, _ body: String) async -> HTTPAnswer {
        let head = RequestHead(
            method: "POST",
            path: address.text,
            fields: ["Host": Self.host, "Origin": "http://\(Self.host)"]
        )
        return await service.answer(HTTPRequest(head, body: Array(body.utf8), peer: "127.0.0.1"))
    }

    @Test(
        "Every page is whole for a role that may only read, without a script of its own, and no name or error breaks out of it"
    )
    func pages() async throws {
        try await with { _, viewer in
            let service = try service(viewer)
            let run = Self.run
            for (address, part) in [
                (DashboardAddress.runs(before: nil), "scenes done"), (.run(run, done: nil), "Failures by cause"),
                (.scenes(run: run, from: ""), "quarantined"), (.scenes(run: run, from: "zz"), "no scene of this name"),
                (.scene(run: run, scene: "a", sample: 0), "Attempts"),
                (.scene(run: run, scene: Self.name, sample: 0), "host"),
                (.comparison(a: run, b: run, withScores: false), "Both runs"),
                (.comparison(a: run, b: run, withScores: true), "Scores"),
            ] {
                let answer = await get(service, address)
                #expect(answer.status == 200, "\(address.text): \(answer.text)")
                #expect(answer.text.contains(part) || part == "quarantined", "\(address.text)")
                for bad in ["<script>alert", "<b>host", "<img src=x>", "topsecret", " style=\"", "onclick"] {
                    #expect(!answer.text.contains(bad), "\(address.text): \(bad)")
                }
                #expect(answer.fields["Content-Security-Policy"]?.hasPrefix("default-src 'none'; ") == true)
            }
            let events = await get(service, .events(run: run))
            #expect(
                events.text.hasPrefix("retry: 2000\nid: ") && events.text.contains("data: ")
                    && !events.text.contains("<script")
            )
            for address in [
                DashboardAddress.run("nobody", done: nil), .scene(run: run, scene: "nobody", sample: 0),
                .picture(run: run, scene: "a", sample: 0, .above), .comparison(a: run, b: "", withScores: false),
            ] { #expect(await get(service, address).status == 404, "\(address.text)") }
        }
    }

    @Test(
        "Actions do what the commands do, say who asked, and fail for a role that may only read; nothing is changed then"
    )
    func actions() async throws {
        try await with { owner, viewer in
            let run = Self.run
            let told = LinesTold()
            let pause = DashboardAddress.action(.pause, run: run, scene: nil)
            for refusing in [try service(viewer, allowsActions: true, told: told), try service(owner, told: told)] {
                #expect(await post(refusing, pause, "csrf=form").status >= 400)
                #expect(try await owner.runStatus(run)?.state == .active)
            }
            #expect(
                told.lines.count == 2 && told.lines.allSatisfy { $0.contains("asked by 127.0.0.1") },
                "\(told.lines)"
            )
            let service = try service(owner, allowsActions: true, told: told)
            #expect(await post(service, pause, "csrf=form").status == 303)
            #expect(try await owner.runStatus(run)?.state == .paused)
            #expect(await post(service, pause, "csrf=form").status == 303, "once more is no harm")
            #expect(await post(service, .action(.unpause, run: run, scene: nil), "csrf=form").status == 303)
            #expect(try await owner.runStatus(run)?.state == .active)
            let cancel = DashboardAddress.action(.cancel, run: run, scene: nil)
            #expect(await post(service, cancel, "csrf=form").status == 409)
            #expect(try await owner.runStatus(run)?.state == .active)
            #expect(await post(service, .action(.retry, run: run, scene: "z"), "csrf=form").status == 409)
            #expect(await post(service, .action(.pause, run: "nobody", scene: nil), "csrf=form").status == 404)
            #expect(try await owner.runStatus(run)?.counts.failed == 1)
        }
    }

    @Test(
        "The right token gives a cookie that lets in until the logout; a wrong one does not, and is told to whoever runs it"
    )
    func logins() async throws {
        try await with { _, viewer in
            let (told, token) = (LinesTold(), "twenty-characters-at-least")
            let service = try service(viewer, token: token, told: told)
            let start = await get(service, .runs(before: nil))
            #expect(start.status == 303 && start.fields["Location"] == "/login")
            #expect(await get(service, .login).text.contains("type=\"password\""))
            #expect(
                await post(service, .login, "token=wrong").status == 401
                    && told.lines == ["login refused: asked by 127.0.0.1"]
            )
            let answer = await post(service, .login, "token=\(token)")
            let cookie = try #require(answer.fields.first { $0.name == "Set-Cookie" }?.value)
            #expect(answer.status == 303 && cookie.contains("; HttpOnly; SameSite=Strict; ") && !cookie.contains(token))
            let known: KeyValuePairs = [
                "Host": Self.host, "Origin": "http://\(Self.host)", "Cookie": String(cookie.prefix { $0 != ";" }),
            ]
            func ask(_ method: String, _ path: String, _ body: String = "") async -> HTTPAnswer {
                await service.answer(
                    HTTPRequest(RequestHead(method: method, path: path, fields: known), body: Array(body.utf8))
                )
            }
            #expect(await ask("GET", "/").status == 200)
            #expect(await ask("POST", "/logout", "csrf=form").status == 303)
            #expect(await ask("GET", "/").status == 303)
        }
    }

    @Test("A token file that others may read, or without a token, is refused, and nothing of it is told")
    func tokenFiles() throws {
        let folder = try TemporaryFolder()
        for (text, mode, isRight) in [
            ("twenty-characters-at-least\n", 0o600, true), ("twenty-characters-at-least\n", 0o640, true),
            ("twenty-characters-at-least\n", 0o604, false), ("short\n", 0o600, false),
            ("twenty characters at least\n", 0o600, false),
            ("twenty-characters-at-least\nsecond\n", 0o600, false), ("", 0o600, false),
        ] {
            try folder.write("token", Array(text.utf8))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.file("token"))
            do {
                #expect(
                    try DashboardCommand.token(inFile: folder.file("token")) == "twenty-characters-at-least" && isRight
                )
            } catch {
                #expect(
                    !isRight && !"\(error)".contains("characters-at-least") && "\(error)".contains("openssl rand"),
                    "\(error)"
                )
            }
        }
    }
}

/// Lines that a service said.
private final class LinesTold: Sendable {
    private let kept = Mutex<[String]>([])
    var lines: [String] { kept.withLock { $0 } }
    func add(_ line: String) { kept.withLock { $0.append(line) } }
}
