internal import Foundation
internal import JobQueue
internal import Reporting

/// The page of one scene of a run.
struct DashboardScenePage {
    let run: String
    let scene: SceneLook
    /// The newest first.
    let attempts: [SceneAttempt]
    let result: StoredResult?
    /// What can be drawn; nil where nothing can.
    let strip: Strip?
    /// Why nothing can be drawn; nil where something can, or there is nothing to draw.
    let stripTrouble: String?

    /// Attempts that are read.
    static let attemptsShown = 100

    /// Samples of the scene that are shown from above.
    struct Strip {
        let tokens: [String]
        /// The index of the first one that is shown.
        let first: Int
        /// Whether the pictures are as small as their grid, and grow in the page.
        let isGrid: Bool
    }

    /// The page.
    func page(_ pages: DashboardPages) -> Page {
        let isLost = scene.state == .failed || scene.state == .quarantined
        let retry: HTML =
            pages.allowsActions && isLost
            ? pages.form(.action(.retry, run: run, scene: scene.name), "<button>Queue it again</button>") : ""
        return pages.page(
            scene.name,
            above: pages.way(run),
            """
            <p><b>\(scene.state.rawValue)</b>\(scene.host.map { " on \($0), for \(DashboardPages.duration(scene.workedSeconds))" } ?? "" as HTML)</p>
            \(retry)\(HTML.tiles([
                ("samples done of \(scene.samples)", "\(scene.samplesDone)"), ("errors", "\(scene.errors)"),
                ("crashes", "\(scene.crashes)"), ("leases", "\(Int(scene.lease))"),
            ]))\(pictures)\(history)\(facts)
            """
        )
    }

    private var pictures: HTML {
        if let stripTrouble {
            return "<h2>From above</h2>\n<p class=\"note\">\(DashboardPages.shown(stripTrouble))</p>\n"
        }
        guard let strip, !strip.tokens.isEmpty else { return "" }
        let shown = strip.first..<min(strip.tokens.count, strip.first + DashboardPages.samplesShown)
        func picture(_ index: Int, _ kind: DashboardAddress.Picture) -> HTML {
            DashboardAddress.picture(run: run, scene: scene.name, sample: index, kind).html
        }
        let size: HTML = strip.isGrid ? " class=\"pixels\" width=\"200\" height=\"200\"" : ""
        let cards: [HTML] = shown.map { index in
            """
            <a href="\(picture(index, .sheet))"><figure><img\(size) alt="sample \(index) from above" src="\(picture(index, .above))">\
            <figcaption>sample \(index)<br><code>\(strip.tokens[index])</code></figcaption></figure></a>

            """
        }
        func turn(_ sample: Int, _ text: String) -> HTML {
            DashboardAddress.scene(run: run, scene: scene.name, sample: sample).link(text)
        }
        var turns: [HTML] = []
        if shown.lowerBound > 0 {
            turns.append(turn(max(0, shown.lowerBound - DashboardPages.samplesShown), "Samples before"))
        }
        if shown.upperBound < strip.tokens.count { turns.append(turn(shown.upperBound, "Next samples")) }
        return """
            <h2>From above</h2>
            <p class="soft">Samples \(shown.lowerBound) to \(shown.upperBound - 1) of \(strip.tokens.count); ahead is up. A picture leads to its \
            sheet: cameras, ground truth and differences, where the dataset can be read here.</p>
            <div class="cards">
            \(cards)</div>
            <p class="row">\(turns)</p>

            """
    }

    private var history: HTML {
        guard !attempts.isEmpty else { return "<h2>Attempts</h2>\n<p>Nobody has claimed it yet.</p>\n" }
        let rows: [[HTML]] = attempts.map { attempt in
            let seconds = attempt.endedAt.map { $0.timeIntervalSince(attempt.startedAt) }
            return [
                "\(Int(attempt.lease))", "\(attempt.outcome ?? "goes on")", "\(attempt.host)",
                "\(DashboardPages.time(attempt.startedAt))", "\(DashboardPages.duration(seconds))",
                "\(attempt.samplesDone)", "\(DashboardPages.shown(String(attempt.message.prefix(4000))))",
            ]
        }
        return """
            <h2>Attempts</h2>
            \(HTML.table(
                ["lease", "outcome", "host", "claimed", "took", "samples", "what was said"], numbers: [0, 4, 5], texts: [6],
                label: "Attempts", rows))
            """
    }

    private var facts: HTML {
        guard let result else { return "" }
        let samples = result.result.computedSampleCount
        let rate = samples > 0 ? result.result.inferenceSeconds / Double(samples) : nil
        return """
            <h2>Result</h2>
            \(HTML.table(["what", "value"], texts: [1], label: "Result", [
                ["accepted", "\(DashboardPages.time(result.completedAt))"], ["host", "\(result.host)"],
                ["seconds a sample", "\(rate, digits: 2)"], ["file", "<code>\(result.result.fileName)</code>"],
                ["bytes", "\(Int(result.result.byteCount))"], ["SHA-256", "<code>\(result.result.digest)</code>"],
            ]))
            """
    }
}
