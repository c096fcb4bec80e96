internal import CommandSupport
internal import Evaluation
internal import JobQueue
internal import Reporting
internal import Scenes
internal import Scoring

/// Two runs side by side.
struct DashboardComparison {
    let a: RunStatus
    let b: RunStatus
    /// The body of the page of `compare`; nil where nobody asked for it.
    let scores: Scores?

    /// What came of comparing scores.
    enum Scores: Sendable {
        case body(HTML)
        /// Why there are none.
        case none(String)
    }

    /// The page.
    func page(_ pages: DashboardPages) -> Page {
        func row(_ name: String, _ value: (RunStatus) -> HTML) -> [HTML] { ["\(name)", value(a), value(b)] }
        let rows = [
            row("run") { DashboardAddress.run($0.name, done: nil).link($0.name) },
            row("state") { "\(DashboardPages.state($0))" },
            row("scenes done") { "\($0.counts.done) / \($0.counts.scenes)" },
            row("samples done") { "\($0.counts.samplesDone) / \($0.counts.samplesTotal)" },
            row("failed, quarantined") { "\($0.counts.failed), \($0.counts.quarantined)" },
            row("samples/s") { "\($0.samplesPerSecond, digits: 2)" },
            row("submitted") { "\(DashboardPages.time($0.createdAt))" },
            row("last scene done") { "\(DashboardPages.time($0.lastCompletedAt))" },
        ]
        let rest: HTML
        switch scores {
        case .body(let body): rest = body
        case .none(let why)?: rest = "<h2>Scores</h2>\n<p class=\"note\">\(DashboardPages.shown(why))</p>\n"
        case nil:
            let address = DashboardAddress.comparison(a: a.name, b: b.name, withScores: true)
            rest =
                "<h2>Scores</h2>\n<p>\(address.link("Compare the scores")) that workers counted; of large runs it takes a while.</p>\n"
        }
        return pages.page(
            "\(b.name) beside \(a.name)",
            "\(HTML.table(["what", "A", "B"], texts: [1, 2], label: "Both runs", rows))\(rest)"
        )
    }
}

/// Compares scores: one pair at a time, the newest pairs kept for as long as neither run goes on.
actor DashboardComparisons {
    private struct Key: Hashable {
        let a: String
        let b: String
        let done: [Int]
    }

    /// Scenes of which counts are read; of more, the command is to be used.
    static let mostScenes = 20_000
    private static let mostKept = 8
    private var kept: [(key: Key, scores: DashboardComparison.Scores)] = []
    private var running: [Key: Task<DashboardComparison.Scores, Never>] = [:]
    private let queue: JobQueue

    init(_ queue: JobQueue) { self.queue = queue }

    /// The comparison of two runs' stored scores.
    func scores(_ a: RunStatus, _ b: RunStatus) async -> DashboardComparison.Scores {
        guard a.counts.done + b.counts.done <= Self.mostScenes else {
            return .none("these runs are large: `occ-scheduler compare --database URL \(a.name) \(b.name)` does it")
        }
        let key = Key(a: a.name, b: b.name, done: [a.counts.done, b.counts.done])
        if let known = kept.first(where: { $0.key == key }) { return known.scores }
        if let task = running[key] { return await task.value }
        guard running.isEmpty else {
            return .none("another comparison is being made; load this page again in a moment")
        }
        let task = Task { [queue] in await Self.compare(queue, a.name, b.name) }
        running[key] = task
        let found = await task.value
        running[key] = nil
        kept.append((key, found))
        if kept.count > Self.mostKept { kept.removeFirst() }
        return found
    }

    private static func compare(_ queue: JobQueue, _ a: String, _ b: String) async -> DashboardComparison.Scores {
        let plan = ComparisonPlan(
            a: .database(run: a),
            b: .database(run: b),
            datasetRoot: nil,
            isStored: true,
            mask: .camera,
            hasRayIoU: true,
            seed: RunComparison.usualSeed,
            most: 5,
            form: .json,
            page: nil,
            replacesPage: false,
            limit: nil
        )
        do {
            return .body(ComparisonPage(report: try await RunPair(inQueue: queue, a, b, plan).report(plan)).page.body)
        } catch {
            return .none("\(error)")
        }
    }
}
