internal import CommandSupport
internal import HTTPService
internal import JobQueue
internal import PostgresClient
internal import Reporting
internal import RunContract
internal import Storage
internal import Synchronization
internal import SystemSupport

/// Answers requests for the dashboard's pages.
final class DashboardService: Sendable {
    private let queue: JobQueue
    private let gate: DashboardGuard
    /// The output folder as this host sees it; nil where runs say it is.
    private let output: String?
    private let pictures = DashboardPictures()
    private let comparisons: DashboardComparisons
    private let logins = Mutex(DashboardLogins())
    private let say: @Sendable (String) -> Void

    /// Makes a service.
    ///
    /// - Parameter say: tells whoever runs the program of actions and logins.
    init(
        _ queue: JobQueue,
        _ gate: DashboardGuard,
        output: String?,
        say: @escaping @Sendable (String) -> Void = { Terminal.say($0) }
    ) {
        self.queue = queue
        self.gate = gate
        self.output = output
        self.say = say
        comparisons = DashboardComparisons(queue)
    }

    private var pages: DashboardPages {
        DashboardPages(formToken: gate.formToken, allowsActions: gate.allowsActions, hasLogin: gate.token != nil)
    }

    /// The fields of every answer.
    static let fields: [HTTPAnswer.Field] = [
        .init(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
                + "base-uri 'none'; frame-ancestors 'none'"
        ),
        .init("Referrer-Policy", "same-origin"), .init("Cross-Origin-Resource-Policy", "same-origin"),
        .init("Cross-Origin-Opener-Policy", "same-origin"),
    ]

    /// The answer to a request.
    func answer(_ request: HTTPRequest) async -> HTTPAnswer {
        let address = DashboardAddress(path: request.head.path, query: request.head.query)
        let now = MonotonicClock.nowSeconds
        let verdict = gate.judge(request, address) { value in logins.withLock { $0.holds(value, now: now) } }
        var answer: HTTPAnswer
        switch verdict {
        case .refused(let status, let why):
            answer = HTTPAnswer(status, text: why, allowedMethods: status == 405 ? Self.methods(address) : nil)
            if status == 401 { answer.fields.append(.init("WWW-Authenticate", "Bearer")) }
            if case .action(let action, let run, _) = address, request.head.method == "POST" {
                say("action refused: \(action.rawValue) of run '\(run)', asked by \(request.peer): \(why)")
            }
        case .asksForToken: answer = Self.redirect(.login)
        case .allowed:
            do {
                answer = try await self.answer(request, address)
            } catch {
                answer = trouble(error)
            }
        }
        answer.fields += Self.fields
        return answer
    }

    private static func methods(_ address: DashboardAddress?) -> String {
        address == .login ? "GET, HEAD, POST" : address?.isOrder ?? false ? "POST" : "GET, HEAD"
    }

    private static func redirect(_ address: DashboardAddress) -> HTTPAnswer {
        var answer = HTTPAnswer(303, text: "see \(address.text)")
        answer.fields.append(.init("Location", address.text))
        return answer
    }

    private func shown(_ page: Page, status: Int = 200) -> HTTPAnswer {
        HTTPAnswer(status, contentType: "text/html; charset=utf-8", body: page.file)
    }

    private func missing(_ text: String = "There is no such page.") -> HTTPAnswer {
        shown(pages.message("Not found", text), status: 404)
    }

    /// What is said of an error: what a person asked for that is not there, or what is wrong here.
    private func trouble(_ error: any Error) -> HTTPAnswer {
        let text = DashboardPages.shown("\(error)")
        switch error {
        case JobQueueError.unknownRun, JobQueueError.unknownScene: return missing(text)
        case let failure as CommandFailure where failure.status == .configuration:
            return shown(pages.message("Not possible", text), status: 409)
        case is PostgresError: return shown(pages.message("The database does not answer", text), status: 503)
        default: return shown(pages.message("Something is wrong", text), status: 500)
        }
    }

    private func answer(_ request: HTTPRequest, _ address: DashboardAddress?) async throws -> HTTPAnswer {
        switch address {
        case nil: return missing()
        case .style: return HTTPAnswer(200, contentType: "text/css; charset=utf-8", body: Page.styleSheet)
        case .script:
            return HTTPAnswer(
                200,
                contentType: "text/javascript; charset=utf-8",
                body: Array(DashboardAssets.script.utf8)
            )
        case .icon: return HTTPAnswer(200, contentType: "image/svg+xml", body: Array(DashboardAssets.icon.utf8))
        case .login: return login(request)
        case .logout: return logout(request)
        case .runs(let before): return try await runs(before)
        case .run(let name, let done):
            return shown(DashboardRunPage(reading: try await reading(name)).page(pages, done: done))
        case .events(let name): return try await events(name, known: request.head.field("last-event-id"))
        case .scenes(let run, let from):
            let id = try await status(run).runID
            let looks = try await queue.looks(runID: id, from: from, limit: DashboardPages.scenesShown + 1)
            return shown(pages.scenes(run, looks, from: from))
        case .scene(let run, let scene, let sample): return try await self.scene(run, scene, sample)
        case .picture(let run, let scene, let sample, let picture):
            return try await self.picture(run, scene, sample, picture)
        case .comparison(let a, let b, let withScores):
            let (first, second) = (try await status(a), try await status(b))
            let scores = withScores ? await comparisons.scores(first, second) : nil
            return shown(DashboardComparison(a: first, b: second, scores: scores).page(pages))
        case .action(let action, let run, let scene):
            return try await perform(
                action,
                run,
                scene,
                FormFields(String(decoding: request.body, as: UTF8.self)),
                request
            )
        }
    }

    private func status(_ run: String) async throws -> RunStatus {
        guard let status = try await queue.runStatus(run) else { throw JobQueueError.unknownRun(run) }
        return status
    }

    // MARK: - Pages

    private func runs(_ before: Int64?) async throws -> HTTPAnswer {
        let runs = try await queue.runs(before: before, limit: DashboardPages.runsShown + 1)
        let workers = try await queue.workers(limit: DashboardRunPage.workersRead)
        return shown(pages.runs(runs, remark: before == nil ? WorkerOverview(workers).remark(on: runs) : nil))
    }

    private func reading(_ name: String) async throws -> DashboardRunPage.Reading {
        let status = try await status(name)
        // Over the pool's connections side by side.
        async let workers = queue.workers(limit: DashboardRunPage.workersRead)
        async let failures = queue.failures(run: name, limit: DashboardRunPage.failuresRead)
        async let leased = queue.leasedLooks(runID: status.runID, limit: DashboardRunPage.leasedShown)
        async let slowest = queue.slowest(runID: status.runID, limit: DashboardRunPage.slowestShown)
        let releases = status.counts.queued > 0 ? try await queue.releases(run: name) : []
        return DashboardRunPage.Reading(
            status: status,
            workers: try await workers,
            failures: try await failures,
            leased: try await leased,
            slowest: try await slowest,
            releases: releases
        )
    }

    private func events(_ name: String, known: String?) async throws -> HTTPAnswer {
        let page = DashboardRunPage(reading: try await reading(name))
        let text = page.live.source
        let id = String(Array(text.utf8).withUnsafeBytes { SHA256.hex($0) }.prefix(16))
        let pause = page.reading.status.isFinished ? 30 : 2
        return HTTPAnswer(
            200,
            contentType: "text/event-stream; charset=utf-8",
            body: DashboardAssets.event(known == id ? nil : text, id: id, pauseSeconds: pause)
        )
    }

    private func scene(_ run: String, _ name: String, _ sample: Int) async throws -> HTTPAnswer {
        let status = try await status(run)
        guard let look = try await queue.look(runID: status.runID, scene: name) else {
            throw JobQueueError.unknownScene(run: run, scene: name)
        }
        let attempts = try await queue.attempts(sceneID: look.sceneID, limit: DashboardScenePage.attemptsShown)
        let result = try await queue.result(sceneID: look.sceneID)
        var strip: DashboardScenePage.Strip?
        var trouble: String?
        if let result {
            do {
                let (tokens, isGrid) = try await pictures.tokens(of: drawn(status, result))
                strip = .init(tokens: tokens, first: min(sample, max(0, tokens.count - 1)), isGrid: isGrid)
            } catch {
                trouble = "\(error)"
            }
        }
        let page = DashboardScenePage(
            run: run,
            scene: look,
            attempts: attempts,
            result: result,
            strip: strip,
            stripTrouble: trouble
        )
        return shown(page.page(pages))
    }

    private func drawn(_ run: RunStatus, _ result: StoredResult) throws -> DashboardPictures.Scene {
        DashboardPictures.Scene(
            run: run.name,
            name: result.sceneName,
            fileName: result.result.fileName,
            settings: try RunSettings(json: run.settings, run: run.name),
            output: output
        )
    }

    private func picture(_ run: String, _ scene: String, _ sample: Int, _ kind: DashboardAddress.Picture) async throws
        -> HTTPAnswer
    {
        let status = try await status(run)
        guard let look = try await queue.look(runID: status.runID, scene: scene),
            let result = try await queue.result(sceneID: look.sceneID)
        else { return missing("The scene has no predictions.") }
        guard let bytes = try await pictures.picture(kind, of: drawn(status, result), sample: sample) else {
            return missing("The scene has no such sample.")
        }
        return HTTPAnswer(200, contentType: kind == .above ? "image/png" : "image/webp", body: bytes)
    }

    // MARK: - Who asks

    private func login(_ request: HTTPRequest) -> HTTPAnswer {
        guard gate.token != nil else { return Self.redirect(.runs(before: nil)) }
        guard request.head.method == "POST" else { return shown(pages.login(isWrong: false)) }
        let given = FormFields(String(decoding: request.body, as: UTF8.self))["token"] ?? ""
        guard gate.isRight(given) else {
            say("login refused: asked by \(request.peer)")
            return shown(pages.login(isWrong: true), status: 401)
        }
        let value = logins.withLock { $0.add(now: MonotonicClock.nowSeconds) }
        var answer = Self.redirect(.runs(before: nil))
        let seconds = Int(DashboardLogins.lifetimeSeconds)
        answer.fields.append(
            .init(
                "Set-Cookie",
                "\(DashboardGuard.cookieName)=\(value); HttpOnly; SameSite=Strict; Path=/; Max-Age=\(seconds)"
            )
        )
        return answer
    }

    private func logout(_ request: HTTPRequest) -> HTTPAnswer {
        if let value = DashboardGuard.cookie(request.head) { logins.withLock { $0.remove(value) } }
        var answer = Self.redirect(gate.token == nil ? .runs(before: nil) : .login)
        answer.fields.append(
            .init("Set-Cookie", "\(DashboardGuard.cookieName)=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0")
        )
        return answer
    }

    // MARK: - Actions

    private func perform(
        _ action: DashboardAddress.Action,
        _ name: String,
        _ scene: String?,
        _ form: FormFields,
        _ request: HTTPRequest
    ) async throws -> HTTPAnswer {
        let what = "\(action.rawValue) of \(scene.map { "scene '\($0)' of " } ?? "")run '\(name)'"
        do {
            let run = try await status(name)
            switch action {
            case .pause:
                if try isWanted(Steering.pausing(run)) { try await queue.pause(run: name) }
            case .unpause:
                if try isWanted(Steering.unpausing(run)) { try await queue.unpause(run: name) }
            case .cancel:
                guard form["sure"] == "yes" else {
                    throw CommandFailure(
                        .configuration,
                        "the box that says that the run is to be cancelled was not checked"
                    )
                }
                if try isWanted(Steering.cancelling(run)), try await queue.cancel(run: name) > 0 {
                    await ManifestRefresh.perform(run: name, queue: queue, output: output)
                }
            case .retry:
                let count = try await queue.retry(run: name, scenes: scene.map { .named([$0]) } ?? .all)
                guard count > 0 else {
                    throw CommandFailure(.configuration, "nothing of it has failed: no scene was queued")
                }
                await ManifestRefresh.perform(run: name, queue: queue, output: output)
            }
        } catch {
            say("action failed: \(what), asked by \(request.peer): \(error)")
            throw error
        }
        say("action: \(what), asked by \(request.peer)")
        return Self.redirect(scene.map { .scene(run: name, scene: $0, sample: 0) } ?? .run(name, done: action))
    }

    private func isWanted(_ steering: Steering) throws -> Bool {
        switch steering {
        case .perform: return true
        case .alreadySo: return false
        case .refused(let text): throw CommandFailure(.configuration, text)
        }
    }
}
