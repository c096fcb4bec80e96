internal import JobQueue
internal import Reporting
internal import RunContract
internal import Scenes

/// The page of one run.
struct DashboardRunPage {
    /// What of it changes, read at one time.
    struct Reading {
        let status: RunStatus
        let workers: [WorkerStatus]
        let failures: [FailureRecord]
        let leased: [SceneLook]
        let slowest: [SceneDuration]
        let releases: [ReleaseRecord]
    }

    let reading: Reading

    /// Scenes with trouble that are put together by cause.
    static let failuresRead = 1000
    /// Scenes in work that are listed.
    static let leasedShown = 50
    /// Slowest scenes that are listed.
    static let slowestShown = 10
    /// Workers that are read.
    static let workersRead = 2000
    private static let causesShown = 20

    private var run: RunStatus { reading.status }

    // MARK: - What changes

    /// What the event stream replaces.
    var live: HTML {
        let overview = WorkerOverview(reading.workers)
        let note: HTML =
            overview.remark(on: [run]).map { "<p class=\"note\">\(DashboardPages.shown($0))</p>\n" } ?? ""
        return
            "\(note)\(progress)\(tiles)\(failures)\(hosts(overview))\(leased)\(slowest)\(releases)\(departures(overview))"
    }

    private var progress: HTML {
        let counts = run.counts
        let percent = counts.samplesTotal > 0 ? 100 * Double(counts.samplesDone) / Double(counts.samplesTotal) : 0
        return """
            <p><b>\(DashboardPages.state(run))</b>, \(percent, digits: 1) % of \(counts.samplesTotal) samples</p>
            <progress max="\(max(1, counts.samplesTotal))" value="\(counts.samplesDone)" aria-label="samples done"></progress>

            """
    }

    private var tiles: HTML {
        let counts = run.counts
        var tiles: [(title: String, value: HTML)] = [
            ("scenes done of \(counts.scenes)", "\(counts.done)"), ("in work", "\(counts.leased)"),
            ("queued", "\(counts.queued)"), ("failed", "\(counts.failed)"),
        ]
        if counts.quarantined > 0 { tiles.append(("quarantined", "\(counts.quarantined)")) }
        if counts.cancelled > 0 { tiles.append(("cancelled", "\(counts.cancelled)")) }
        if !run.isFinished {
            tiles.append(("samples/s", "\(run.samplesPerSecond, digits: 2)"))
            tiles.append(("time left", "\(DashboardPages.duration(run.secondsRemaining))"))
        }
        return HTML.tiles(tiles)
    }

    private var failures: HTML {
        let causes = FailureCauses(reading.failures).causes
        guard !causes.isEmpty else { return "" }
        let rows: [[HTML]] = causes.prefix(Self.causesShown).map { cause in
            [
                "\(cause.scenes)", "\(cause.lost)", "\(DashboardPages.shown(cause.text))",
                DashboardAddress.scene(run: run.name, scene: cause.scene, sample: 0).link(cause.scene),
                "\(cause.hosts)",
            ]
        }
        let more: HTML =
            reading.failures.count == Self.failuresRead
            ? "<p class=\"soft\">These are the first \(Self.failuresRead) scenes with trouble.</p>\n" : ""
        return """
            <h2>Failures by cause</h2>
            \(HTML.table(
                ["scenes", "given up", "last error", "for example", "hosts"], numbers: [0, 1, 4], texts: [2], label: "Failures by cause",
                rows))\(more)
            """
    }

    private func hosts(_ overview: WorkerOverview) -> HTML {
        guard !overview.hosts.isEmpty else { return "" }
        let rows: [[HTML]] = overview.hosts.prefix(100).map { host in
            [
                "\(host.host)", "\(host.workers)", "\(host.slots)", "\(host.leasedScenes)",
                "\(host.samplesPerSecond, digits: 2)", "\(host.kernels.joined(separator: ", "))",
                "\(host.freeBytes.map(StatusTable.bytes) ?? "–")", "\(host.faults)",
            ]
        }
        let rest = overview.hosts.count - rows.count
        let more: HTML = rest > 0 ? "<p class=\"soft\">and \(rest) more hosts</p>\n" : ""
        let notes: [HTML] = reading.workers.filter { $0.state == .live && !$0.note.isEmpty }.prefix(10).map {
            "<p class=\"note\">worker \($0.id.description) on \($0.description.host): \(DashboardPages.shown($0.note))</p>\n"
        }
        return """
            <h2>Workers by host</h2>
            \(HTML.table(
                ["host", "workers", "slots", "scenes", "samples/s", "kernels", "free", "faults"], numbers: [1, 2, 3, 4, 6, 7],
                label: "Workers by host", rows))\(more)\(notes)
            """
    }

    private var leased: HTML {
        guard !reading.leased.isEmpty else { return "" }
        let rows: [[HTML]] = reading.leased.map { scene in
            [
                DashboardAddress.scene(run: run.name, scene: scene.name, sample: 0).link(scene.name),
                "\(scene.host ?? "–")", "\(DashboardPages.duration(scene.workedSeconds))",
                "\(scene.samplesDone) / \(scene.samples)",
            ]
        }
        let more: HTML =
            run.counts.leased > rows.count
            ? "<p class=\"soft\">Those that have been in work for longest, of \(run.counts.leased).</p>\n" : ""
        return """
            <h2>In work</h2>
            \(HTML.table(["scene", "host", "for", "samples"], numbers: [2, 3], label: "Scenes in work", rows))\(more)
            """
    }

    private var slowest: HTML {
        guard !reading.slowest.isEmpty else { return "" }
        let rows: [[HTML]] = reading.slowest.map { scene in
            [
                DashboardAddress.scene(run: run.name, scene: scene.name, sample: 0).link(scene.name), "\(scene.host)",
                "\(scene.secondsPerSample, digits: 2)",
            ]
        }
        return """
            <h2>Slowest scenes</h2>
            \(HTML.table(["scene", "host", "seconds a sample"], numbers: [2], label: "Slowest scenes", rows))
            """
    }

    private var releases: HTML {
        guard !reading.releases.isEmpty else { return "" }
        let rows: [[HTML]] = reading.releases.map { release in
            [
                "\(release.scenes)", "\(DashboardPages.shown(release.reason))", "\(release.host)",
                "\(DashboardPages.time(release.occurredAt))",
            ]
        }
        return """
            <h2>Given back and waiting</h2>
            \(HTML.table(["scenes", "why", "last host", "when"], numbers: [0], texts: [1], label: "Scenes given back", rows))
            """
    }

    private func departures(_ overview: WorkerOverview) -> HTML {
        guard !overview.departures.isEmpty else { return "" }
        let rows: [[HTML]] = overview.departures.map { departure in
            [
                "\(departure.host)", "\(departure.workers)", "\(DashboardPages.shown(departure.reason))",
                "\(DashboardPages.duration(departure.secondsAgo)) ago",
            ]
        }
        return """
            <h2>Workers that left within the hour</h2>
            \(HTML.table(["host", "workers", "why", "last"], numbers: [1, 3], texts: [2], label: "Workers that left", rows))
            """
    }

    // MARK: - The page

    /// The whole page.
    ///
    /// - Parameter done: an action that brought the reader here.
    func page(_ pages: DashboardPages, done: DashboardAddress.Action?) -> Page {
        let note: HTML = done.map { "<p class=\"note\" role=\"status\">\(Self.words($0))</p>\n" } ?? ""
        return pages.page(
            run.name,
            hasScript: true,
            """
            \(note)<p>\(DashboardAddress.scenes(run: run.name, from: "").link("All \(run.counts.scenes) scenes"))</p>
            <div id="live" data-events="\(DashboardAddress.events(run: run.name).html)">\(live)</div>
            \(pages.allowsActions ? actions(pages) : "")\(facts)
            """
        )
    }

    private static func words(_ action: DashboardAddress.Action) -> String {
        switch action {
        case .pause: "The run is paused: workers give its scenes back and claim no more of them."
        case .unpause: "The run goes on."
        case .cancel: "The run is cancelled; what is done stays."
        case .retry: "Scenes that failed are queued again."
        }
    }

    private func actions(_ pages: DashboardPages) -> HTML {
        var forms: [HTML] = []
        func add(_ action: DashboardAddress.Action, _ body: HTML) {
            forms.append(pages.form(.action(action, run: run.name, scene: nil), body))
        }
        if Steering.pausing(run) == .perform { add(.pause, "<button>Pause the run</button>") }
        if Steering.unpausing(run) == .perform { add(.unpause, "<button>Let the run go on</button>") }
        let lost = run.counts.failed + run.counts.quarantined
        if lost > 0 { add(.retry, "<button>Queue the \(lost) scenes that failed again</button>") }
        if Steering.cancelling(run) == .perform {
            let form = pages.form(
                .action(.cancel, run: run.name, scene: nil),
                """
                <label><input type="checkbox" name="sure" value="yes" required> Take its \(run.counts.remaining) unfinished scenes out of \
                the queue</label> <button>Cancel the run</button>
                """
            )
            forms.append("<details class=\"danger\"><summary>Cancel the run …</summary>\(form)</details>\n")
        }
        return forms.isEmpty ? "" : "<h2>Actions</h2>\n\(forms)"
    }

    private var facts: HTML {
        var rows: [[HTML]] = [
            ["submitted", "\(DashboardPages.time(run.createdAt))"],
            ["first scene claimed", "\(DashboardPages.time(run.firstStartedAt))"],
            ["last scene done", "\(DashboardPages.time(run.lastCompletedAt))"],
            ["priority", "\(run.priority)"],
        ]
        if let settings = try? RunSettings(json: run.settings, run: run.name) {
            rows += [
                ["model", "\(settings.modelConfiguration), \(settings.precision.rawValue)"],
                ["model's digest", "<code>\(settings.modelDigest)</code>"],
                ["dataset", "\(settings.datasetKind) \(settings.datasetVersion), \(settings.split)"],
                ["dataset's folder", "<code>\(settings.datasetRoot)</code>"],
                ["output folder", "<code>\(settings.outputDirectory)</code>"],
            ]
        }
        return "<h2>The run</h2>\n\(HTML.table(["what", "value"], texts: [1], label: "The run", rows))"
    }
}
