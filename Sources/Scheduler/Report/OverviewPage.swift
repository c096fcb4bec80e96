internal import Evaluation
internal import Reporting
internal import Scoring
internal import Storage

/// The first page of a report: what the run is, how good it is, and where to look next.
struct OverviewPage {
    let site: ReportSite
    let content: ReportContent
    /// A run beside it; nil where there is none.
    let other: ReportContent?
    /// Samples that the list of worst ones shows, the lowest first.
    let worst: [SampleList.Sample]
    /// What was left out and why, for people.
    let remarks: [String]
    /// Samples that have a sheet, by scene and index.
    let stills: [String: Set<Int>]

    var page: Page {
        var body: [HTML] = [scores]
        body += content.warnings.map { "<p class=\"bad\">\($0)</p>\n" }
        body += remarks.map { "<p class=\"soft\">\($0)</p>\n" }
        body += [classes, worstSamples, scenes, failures]
        let cards = CardSection.sections(content, other)
        body += cards + [SpeedSection(content: content, other: other).html, facts]
        let title = other.map { "\(content.model) beside \($0.model)" } ?? "\(content.model): \(content.run)"
        return Page(title: title, body: "\(body)")
    }

    // MARK: - Scores

    private var scores: HTML {
        var tiles = Self.tiles(content.headline, other?.headline)
        tiles.append(("scenes", "\(content.shownScenes.count)"))
        tiles.append(("samples", "\(content.samples.samples.count)"))
        return "\(HTML.tiles(tiles))\(sides)"
    }

    /// A run's scores, with those of a run beside it.
    static func tiles(_ scores: [HeadlineScore], _ others: [HeadlineScore]?) -> [(title: String, value: HTML)] {
        scores.enumerated().map { index, score in
            let value: HTML = "\(score.value, digits: score.digits)"
            guard let others, index < others.count else { return (score.title, value) }
            return (
                score.title,
                "\(value) <span class=\"soft\">/ \(others[index].value, digits: others[index].digits)</span>"
            )
        }
    }

    /// Which run is A and which is B.
    private var sides: HTML {
        guard let other else { return "" }
        let rows: [[HTML]] = [("A", content), ("B", other)].map { name, run in
            [
                "<b>\(name)</b>", "\(run.model)", "<code>\(String(run.digest.prefix(12)))</code>", "\(run.run)",
                "\(run.place)",
            ]
        }
        return HTML.table(["", "model", "digest", "run", "where"], rows)
    }

    private var classes: HTML {
        guard !content.classes.isEmpty else { return "" }
        let others = Dictionary((other?.classes ?? []).map { ($0.name, $0.value) }) { first, _ in first }
        let (isPercent, digits) = (content.classUnit == .percent, content.classUnit.digits)
        let factor = isPercent ? 100.0 : 1
        let rows: [[HTML]] = content.classes.map { label in
            var row: [HTML] = [
                "<span class=\"swatch\" style=\"background:\(label.colour.css)\"></span>\(label.name)",
                "\(label.value.map { $0 * factor }, digits: digits)",
            ]
            var bars = HTML.bar(label.value)
            if other != nil {
                let second = others[label.name] ?? nil
                row.append("\(second.map { $0 * factor }, digits: digits)")
                row.append(Self.difference(label.value, second, factor: factor, digits: digits))
                bars = "\(bars)\(HTML.bar(second, isOther: true))"
            }
            return row + [bars, "\(label.truthCount)"]
        }
        let unit = isPercent ? ", %" : ""
        let columns = other == nil ? ["\(content.classTitle)\(unit)"] : ["A\(unit)", "B\(unit)", "B − A"]
        return """
            <h2>Classes (\(content.classTitle))</h2>
            \(HTML.table(["class"] + columns + ["", content.truthTitle], numbers: Set(1...columns.count).union([columns.count + 2]), rows))
            """
    }

    /// The second run's number less the first one's.
    static func difference(_ first: Double?, _ second: Double?, factor: Double = 1, digits: Int) -> HTML {
        guard let first, let second, first.isFinite, second.isFinite else { return "–" }
        let difference = (second - first) * factor
        let tone = difference > 0 ? "good" : difference < 0 ? "bad" : "soft"
        return "<span class=\"\(tone)\">\(difference > 0 ? "+" : "")\(difference, digits: digits)</span>"
    }

    // MARK: - Where to look

    private var worstSamples: HTML {
        let drawn = worst.filter { stills[$0.scene]?.contains($0.index) == true }
        guard !drawn.isEmpty else { return "" }
        let others = Dictionary((other?.samples.samples ?? []).map { ($0.token, $0) }) { first, _ in first }
        let cards: [HTML] = drawn.map { sample in
            """
            <a href="\(site.still(sample.scene, sample.index).address(fromDepth: 0))"><figure>
            <img loading="lazy" alt="index \(sample.index) of \(sample.scene)" src="\(site.small(sample.scene, sample.index).address(fromDepth: 0))">
            <figcaption>\(sample.scene), index \(sample.index)<br>\(sample.line(beside: others[sample.token]))</figcaption></figure></a>

            """
        }
        return "<h2>Worst samples</h2>\n<div class=\"cards\">\n\(cards)</div>\n"
    }

    private var scenes: HTML {
        let titles = content.headline.map(\.title)
        let others = Dictionary((other?.scenes ?? []).map { ($0.name, $0.scores) }) { first, _ in first }
        let rows: [[HTML]] = content.shownScenes.map { scene in
            var row: [HTML] = [
                "<a href=\"\(site.page(scene.name).address(fromDepth: 0))\">\(scene.name)</a>", "\(scene.sampleCount)",
            ]
            for column in titles.indices {
                let score = column < scene.scores.count ? scene.scores[column] : nil
                row.append("\(score?.value, digits: score?.digits ?? 2)")
                if other != nil {
                    let second = others[scene.name].flatMap { column < $0.count ? $0[column].value : nil }
                    row.append("\(second, digits: score?.digits ?? 2)")
                    row.append(Self.difference(score?.value, second, digits: score?.digits ?? 2))
                }
            }
            return row
        }
        let columns = titles.flatMap { title in
            other == nil ? [title] : ["\(title), A", "\(title), B", "B − A"]
        }
        let table = HTML.table(["scene", "samples"] + columns, numbers: Set(1...(columns.count + 1)), rows)
        return "<h2>Scenes</h2>\n\(table)"
    }

    private var failures: HTML {
        let missing = content.scenes.filter { $0.state != .done }
        guard !missing.isEmpty else { return "" }
        let rows: [[HTML]] = missing.map { ["\($0.name)", "\($0.state.rawValue)", "\($0.failure ?? "")"] }
        return "<h2>Scenes that are not done</h2>\n\(HTML.table(["scene", "state", "last failure"], rows))"
    }

    private var facts: HTML {
        let rows: [[HTML]] = content.facts.map { ["\($0.name)", "<code>\($0.value)</code>"] }
        return "<h2>The run</h2>\n\(HTML.table(["", ""], rows))"
    }
}
