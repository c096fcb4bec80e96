internal import Evaluation
internal import Scoring
internal import SystemSupport

extension ComparisonReport {
    /// The report as text of at most 100 columns, but for long names.
    ///
    /// - Parameters:
    ///   - withScenes: whether every scene is listed, and not only those that changed most.
    ///   - most: how many scenes of each direction are listed.
    func text(withScenes: Bool, most: Int) -> String {
        var blocks = [
            "A  \(a.caption), run '\(a.run)' in \(a.place)\nB  \(b.caption), run '\(b.run)' in \(b.place)\n\(caption)\n",
            "\(verdict)\n",
        ]
        let left = leftOut.map { "\($0.reason) \(Self.scenes($0.scenes.count)), left out: \(Self.some($0.scenes))\n" }
        if !left.isEmpty { blocks.append(left.joined()) }
        blocks += comparison.parts.map(table)
        blocks += [sceneTable(all: withScenes, most: most), sampleTable, notes.map { $0 + "\n" }.joined()]
        return blocks.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private func table(_ part: RunComparison.Part) -> String {
        var rows = [["", "A", "B", "B - A", "95 % interval", "scenes", ""]]
        rows += part.differences.map { difference in
            let score = difference.score
            return [
                (score.isOfClass ? "  " : "") + score.title, Self.number(difference.a, score),
                Self.number(difference.b, score), Self.signed(difference.difference, score), Self.interval(difference),
                "\(difference.sceneCount)", word(difference),
            ]
        }
        return TextTable.ofNumbers(rows)
    }

    private func sceneTable(all: Bool, most: Int) -> String {
        guard let part = comparison.parts.first else { return "" }
        let ranked = part.scenes.filter { $0.difference != nil }.sorted {
            ($0.difference ?? 0, $0.name) < ($1.difference ?? 0, $1.name)
        }
        let lost = ranked.filter { ($0.difference ?? 0) < 0 }
        let gained = ranked.filter { ($0.difference ?? 0) > 0 }
        let shown = all ? part.scenes : Array(lost.prefix(most)) + gained.suffix(most)
        let title = headline.score.title
        let head =
            "scenes by their own \(title): \(gained.count) better, \(lost.count) worse, \(part.scenes.count) in all\n"
        guard !shown.isEmpty else { return head }
        let rows = shown.map { scene in
            [
                scene.name, Self.number(scene.a, headline.score), Self.number(scene.b, headline.score),
                Self.signed(scene.difference, headline.score), "\(scene.samples)",
            ]
        }
        return head + TextTable.ofNumbers([["scene", "A", "B", "B - A", "samples"]] + rows)
    }

    private var sampleTable: String {
        guard let samples else { return "" }
        let head =
            "samples by their own \(samples.title): \(samples.betterCount) better, \(samples.worseCount) worse,"
            + " \(samples.compared) in all\n"
        let shown = samples.worse + samples.better.reversed()
        guard !shown.isEmpty else { return head }
        let percent = ComparedScore(key: samples.score, title: samples.title)
        let rows = shown.map { change in
            [
                change.scene, "\(change.index)", change.token, Self.number(change.a, percent),
                Self.number(change.b, percent), Self.signed(change.difference, percent),
            ]
        }
        return head
            + TextTable.lines([["scene", "index", "token", "A", "B", "B - A"]] + rows, texts: 3)
            .map { $0 + "\n" }.joined()
    }

    /// Some names, and how many more.
    static func some(_ names: [String]) -> String {
        let first = names.prefix(5).joined(separator: ", ")
        return names.count > 5 ? "\(first) and \(names.count - 5) more" : first
    }
}
