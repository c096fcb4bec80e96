internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import Reporting
internal import SystemSupport

/// What all pages of a dashboard share.
struct DashboardPages {
    /// What forms bring back.
    let formToken: String
    let allowsActions: Bool
    /// Whether there is somebody to log out.
    let hasLogin: Bool

    /// Runs on a page of the list.
    static let runsShown = 50
    /// Scenes on a page of the list.
    static let scenesShown = 100
    /// Samples on a page of a scene.
    static let samplesShown = 12

    /// A page within the dashboard.
    func page(_ title: String, above: HTML = "", hasScript: Bool = false, _ body: HTML) -> Page {
        let logout: HTML = hasLogin ? form(.logout, "<button>Log out</button>") : ""
        return Page(
            title: title,
            above: above,
            body: body,
            frame: Page.Frame(
                style: DashboardAddress.style.text,
                icon: DashboardAddress.icon.text,
                script: hasScript ? DashboardAddress.script.text : nil,
                navigation: "\(DashboardAddress.runs(before: nil).link("All runs"))\(logout)"
            )
        )
    }

    /// A form that is sent to an address.
    func form(_ address: DashboardAddress, _ body: HTML) -> HTML {
        """
        <form class="row" method="post" action="\(address.html)"><input type="hidden" name="csrf" value="\(formToken)">\(body)</form>

        """
    }

    /// A page that says one thing.
    func message(_ title: String, _ text: String) -> Page { page(title, "<p class=\"note\">\(text)</p>") }

    /// The form that asks for the token.
    func login(isWrong: Bool) -> Page {
        let wrong: HTML = isWrong ? "<p class=\"note\" role=\"alert\">That is not the token.</p>\n" : ""
        return DashboardPages(formToken: "", allowsActions: false, hasLogin: false).page(
            "Log in",
            """
            \(wrong)<form class="row" method="post" action="\(DashboardAddress.login.html)">
            <label>Token <input type="password" name="token" autocomplete="current-password" required></label> <button>Log in</button></form>
            <p class="soft">It is in the file that the program was given with --token-file.</p>
            """
        )
    }

    // MARK: - Words

    static func state(_ run: RunStatus) -> String {
        run.isFinished && run.state == .active ? "finished" : run.state.rawValue
    }

    static func time(_ date: Date?) -> String {
        guard let date else { return "–" }
        let text = UTCText.rfc3339(seconds: date.timeIntervalSince1970)
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + " UTC"
    }

    static func duration(_ seconds: Double?) -> String { seconds.map(ProgressLine.duration) ?? "–" }

    static func shown(_ text: String) -> String { Secrets.withoutAddresses(text) }

    // MARK: - All runs

    /// The list of runs.
    ///
    /// - Parameters:
    ///   - runs: one more than are shown, where there are more.
    ///   - remark: what an operator should know at once.
    func runs(_ runs: [RunStatus], remark: String?) -> Page {
        let shown = Array(runs.prefix(Self.runsShown))
        let rows: [[HTML]] = shown.map { run in
            [
                DashboardAddress.run(run.name, done: nil).link(run.name), "\(Self.state(run))",
                HTML.bar(run.counts.scenes > 0 ? Double(run.counts.done) / Double(run.counts.scenes) : nil),
                "\(run.counts.done) / \(run.counts.scenes)",
                "\(run.counts.leased)", "\(run.counts.failed + run.counts.quarantined)",
                "\(run.samplesPerSecond, digits: 2)",
                "\(run.isFinished ? "–" : Self.duration(run.secondsRemaining))", "\(Self.time(run.createdAt))",
            ]
        }
        let table =
            rows.isEmpty
            ? "<p>There is no run.</p>\n"
            : HTML.table(
                [
                    "run", "state", "done, drawn", "scenes done", "in work", "failed", "samples/s", "time left",
                    "submitted",
                ],
                numbers: [3, 4, 5, 6, 7],
                label: "Runs",
                rows
            )
        let note: HTML = remark.map { "<p class=\"note\">\(Self.shown($0))</p>\n" } ?? ""
        let more: HTML =
            runs.count > shown.count
            ? "<p>\(DashboardAddress.runs(before: shown.last?.runID).link("Older runs"))</p>\n" : ""
        return page("Runs", "\(note)\(table)\(more)\(shown.count > 1 ? comparisonForm(shown.map(\.name)) : "")")
    }

    private func comparisonForm(_ names: [String]) -> HTML {
        func options(_ chosen: Int) -> [HTML] {
            names.enumerated().map { "<option\($0 == chosen ? " selected" : "" as HTML)>\($1)</option>" }
        }
        return """
            <h2>Compare two runs</h2>
            <form class="row" action="/compare"><label>A <select name="a">\(options(1))</select></label>
            <label>B <select name="b">\(options(0))</select></label> <button>Compare</button></form>

            """
    }

    // MARK: - Scenes of a run

    /// The list of a run's scenes.
    ///
    /// - Parameter looks: one more than are shown, where there are more.
    func scenes(_ run: String, _ looks: [SceneLook], from: String) -> Page {
        let shown = Array(looks.prefix(Self.scenesShown))
        let rows: [[HTML]] = shown.map { scene in
            [
                DashboardAddress.scene(run: run, scene: scene.name, sample: 0).link(scene.name),
                "\(scene.state.rawValue)", "\(scene.samplesDone) / \(scene.samples)",
                "\(scene.errors)", "\(scene.crashes)", "\(Int(scene.lease))", "\(scene.host ?? "–")",
            ]
        }
        let table =
            rows.isEmpty
            ? "<p>There is no scene of this name or after it.</p>\n"
            : HTML.table(
                ["scene", "state", "samples", "errors", "crashes", "lease", "host"],
                numbers: [2, 3, 4, 5],
                label: "Scenes",
                rows
            )
        let more: HTML =
            looks.count > shown.count
            ? "<p>\(DashboardAddress.scenes(run: run, from: looks[shown.count].name).link("Next scenes"))</p>\n" : ""
        return page(
            "Scenes of \(run)",
            above: way(run),
            """
            <form class="row" action="\(DashboardAddress.scenes(run: run, from: "").html)"><label>From the name \
            <input type="text" name="from" value="\(from)" maxlength="200"></label> <button>Show</button></form>
            \(table)\(more)
            """
        )
    }

    /// The way back to a run.
    func way(_ run: String) -> HTML {
        "<nav aria-label=\"Way back\">\(DashboardAddress.run(run, done: nil).link(run))</nav>\n"
    }
}
