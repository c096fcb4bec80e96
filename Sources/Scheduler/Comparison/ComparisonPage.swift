internal import Evaluation
internal import Reporting
internal import Scoring

/// A comparison as one page that opens from disk.
///
/// On a narrow screen the columns that matter come first; the others are reached by moving a table sideways.
struct ComparisonPage {
    let report: ComparisonReport
    /// How many scenes the table holds; the rest is in the JSON.
    static let mostScenes = 1000

    var page: Page {
        let parts = report.comparison.parts.map(tables)
        return Page(
            title: "\(report.b.caption) beside \(report.a.caption)",
            body: "\(head)\(parts)\(scenes)\(samples)\(leftOut)\(notes)"
        )
    }

    // MARK: - Head

    private var head: HTML {
        let headline = report.headline
        let tone: HTML = report.isSame ? "soft" : Self.tone(headline)
        let score = headline.score
        return """
            <p><b class="\(tone)">\(report.verdict)</b></p>
            \(HTML.tiles([
                ("\(score.title) of A", "\(ComparisonReport.number(headline.a, score))"),
                ("\(score.title) of B", "\(ComparisonReport.number(headline.b, score))"),
                ("B − A", "\(ComparisonReport.signed(headline.difference, score))"),
                ("scenes", "\(report.comparison.scenes.count)"), ("samples", "\(report.comparison.sampleCount)"),
            ]))\
            \(HTML.table(["side", "model", "run", "where"], label: "Both runs", [Self.side("A", report.a), Self.side("B", report.b)]))\
            <p class="soft">\(report.caption)</p>

            """
    }

    private static func side(_ name: String, _ run: ComparedRun) -> [HTML] {
        ["<b>\(name)</b>", "\(run.caption)", "\(run.run)", "\(run.output ?? run.place)"]
    }

    // MARK: - Numbers

    private func tables(_ part: RunComparison.Part) -> HTML {
        let whole = part.differences.filter { !$0.score.isOfClass }
        let classes = part.differences.filter(\.score.isOfClass)
        let title = part.differences.first?.score.title ?? ""
        return """
            <h2>\(title)</h2>
            \(table("score", whole))<h2>Classes (\(title))</h2>
            \(table("class", classes))
            """
    }

    private func table(_ first: String, _ differences: [ScoreDifference]) -> HTML {
        // Errors have units of their own, so their bars have a scale of their own.
        func scale(_ isGain: Bool) -> Double {
            DifferenceBar.scale(
                of: differences.filter { $0.score.unit.isGain == isGain }.flatMap { difference in
                    [difference.difference ?? 0] + (difference.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
                }
            )
        }
        let scales = [true, false].map(scale)
        let rows: [[HTML]] = differences.map { difference in
            let score = difference.score
            let bar = difference.difference.map {
                DifferenceBar(
                    value: $0,
                    interval: difference.interval,
                    scale: scales[score.unit.isGain ? 0 : 1],
                    judgement: Self.judgement(difference)
                ).html(text: "\(ComparisonReport.signed($0, score)) \(ComparisonReport.interval(difference))")
            }
            return [
                "\(score.title)",
                "<span class=\"\(Self.tone(difference))\">\(ComparisonReport.signed(difference.difference, score))</span>",
                bar ?? "", "\(ComparisonReport.number(difference.a, score))",
                "\(ComparisonReport.number(difference.b, score))", "\(ComparisonReport.interval(difference))",
                "\(difference.sceneCount)", "\(report.word(difference))",
            ]
        }
        return HTML.table(
            [first, "B − A", "drawn", "A", "B", "95 % interval", "scenes", "verdict"],
            numbers: [1, 3, 4, 5, 6],
            label: "By \(first)",
            rows
        )
    }

    private static func judgement(_ difference: ScoreDifference) -> DifferenceBar.Judgement {
        switch difference.verdict {
        case .better: .good
        case .worse: .bad
        case .noDifference, .tooFewScenes, .undefined: .neutral
        }
    }

    private static func tone(_ difference: ScoreDifference) -> HTML {
        switch judgement(difference) {
        case .good: "good"
        case .bad: "bad"
        case .neutral: "soft"
        }
    }

    // MARK: - Scenes and samples

    private var scenes: HTML {
        let score = report.headline.score
        let ranked = report.comparison.scenes.sorted {
            ($0.difference ?? .infinity, $0.name) < ($1.difference ?? .infinity, $1.name)
        }
        let scale = DifferenceBar.scale(of: ranked.compactMap(\.difference))
        let rows: [[HTML]] = ranked.prefix(Self.mostScenes).map { scene in
            [
                "\(scene.name)", "\(ComparisonReport.signed(scene.difference, score))",
                bar(scene.difference, scale, score), "\(ComparisonReport.number(scene.a, score))",
                "\(ComparisonReport.number(scene.b, score))", "\(scene.samples)",
            ]
        }
        let rest = ranked.count - rows.count
        let more: HTML = rest > 0 ? "<p class=\"soft\">\(rest) more scenes are in the JSON document.</p>\n" : ""
        return """
            <h2>Scenes</h2>
            <p>Each scene's own \(score.title), the largest loss first. It ranks scenes; the score of the run is no mean of these.</p>
            \(HTML.table(["scene", "B − A", "drawn", "A", "B", "samples"], numbers: [1, 3, 4, 5], label: "By scene", rows))\(more)
            """
    }

    private var samples: HTML {
        guard let samples = report.samples else { return "" }
        let score = ComparedScore(key: samples.score, title: samples.title)
        let changes = samples.worse + samples.better.reversed()
        let scale = DifferenceBar.scale(of: changes.map(\.difference))
        let rows: [[HTML]] = changes.map { change in
            [
                "\(change.scene)", "\(change.index)", "\(ComparisonReport.signed(change.difference, score))",
                bar(change.difference, scale, score), "\(ComparisonReport.number(change.a, score))",
                "\(ComparisonReport.number(change.b, score))", "<code>\(change.token)</code>",
            ]
        }
        let table = HTML.table(
            ["scene", "index", "B − A", "drawn", "A", "B", "token"],
            numbers: [1, 2, 4, 5],
            label: "By sample",
            rows
        )
        return """
            <h2>Samples that changed most</h2>
            <p>By their own \(samples.title): \(samples.betterCount) better, \(samples.worseCount) worse, \(samples.compared) in all.</p>
            \(rows.isEmpty ? "" : table)
            """
    }

    private func bar(_ value: Double?, _ scale: Double, _ score: ComparedScore) -> HTML {
        guard let value else { return "" }
        let judgement: DifferenceBar.Judgement = value > 0 ? .good : value < 0 ? .bad : .neutral
        return DifferenceBar(value: value, interval: nil, scale: scale, judgement: judgement)
            .html(text: ComparisonReport.signed(value, score))
    }

    // MARK: - What else is to be known

    private var leftOut: HTML {
        let rows: [[HTML]] = report.leftOut.map { reason, scenes in
            [
                "\(reason) \(ComparisonReport.scenes(scenes.count))",
                "\(scenes.prefix(Self.mostScenes).joined(separator: ", "))",
            ]
        }
        guard !rows.isEmpty else { return "" }
        let lines: [HTML] = rows.map { "<p>\($0[0]): \($0[1])</p>\n" }
        return "<h2>Left out</h2>\n\(lines)"
    }

    private var notes: HTML {
        let lines: [HTML] = report.notes.map { "<p class=\"soft\">\($0)</p>\n" }
        return "<h2>How to read this</h2>\n\(lines)"
    }
}
