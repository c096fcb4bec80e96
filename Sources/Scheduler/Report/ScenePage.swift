internal import Reporting
internal import Scoring

/// The page of one scene: a film from its first sample to its last, and each sample.
struct ScenePage {
    let site: ReportSite
    let scene: ReportContent.Scene
    let samples: [SampleList.Sample]
    /// The same scene in a run beside it; nil where there is none.
    let otherScene: ReportContent.Scene?
    /// The same scene's samples in a run beside it, by token; nil where there is none.
    let others: [String: SampleList.Sample]?
    /// Samples that have a sheet of their own, by index.
    let stills: Set<Int>
    /// Pixels; nil where there is no film.
    let filmSize: (width: Int, height: Int)?
    /// Names of the pages before and after; nil at the ends.
    let previous: String?
    let next: String?

    var page: Page {
        let film: HTML =
            filmSize.map { size in
                """
                <p><img class="picture" width="\(size.width)" height="\(size.height)" alt="film of the scene's samples" \
                src="\(site.film(scene.name).address(fromDepth: 1))"></p>

                """
            } ?? ""
        return Page(
            title: scene.name,
            above:
                "<nav><a href=\"\(ReportSite.overview.address(fromDepth: 1))\">Overview</a>\(link(previous, "Previous scene"))\(link(next, "Next scene"))</nav>\n",
            body:
                "\(HTML.tiles(OverviewPage.tiles(scene.scores, otherScene?.scores)))\(film)\(list)\(cards)"
        )
    }

    private func link(_ scene: String?, _ title: String) -> HTML {
        scene.map { " · <a href=\"\(site.page($0).address(fromDepth: 1))\">\(title)</a>" } ?? ""
    }

    private var list: HTML {
        let titles = samples.lazy.compactMap(\.scores).first { !$0.isEmpty }?.map(\.title) ?? []
        let rows: [[HTML]] = samples.map { sample in
            let name: HTML =
                stills.contains(sample.index)
                ? "<a href=\"\(site.still(scene.name, sample.index).address(fromDepth: 1))\">\(sample.index)</a>"
                : "\(sample.index)"
            var row: [HTML] = [name]
            for column in titles.indices {
                let score = sample.scores.flatMap { column < $0.count ? $0[column] : nil }
                row.append("\(score?.value, digits: score?.digits ?? 2)")
                if let others {
                    let second = others[sample.token]?.scores.flatMap { column < $0.count ? $0[column].value : nil }
                    row.append(OverviewPage.difference(score?.value, second, digits: score?.digits ?? 2))
                }
            }
            // On a telephone the numbers are seen first.
            return row + ["<code>\(sample.token)</code>"]
        }
        let columns = titles.flatMap { title in others == nil ? [title] : [title, "B − A"] }
        let numbers = columns.isEmpty ? Set<Int>() : Set(1...columns.count)
        return "<h2>Samples</h2>\n\(HTML.table(["index"] + columns + ["token"], numbers: numbers, rows))"
    }

    private var cards: HTML {
        let shown = samples.filter { stills.contains($0.index) }
        guard !shown.isEmpty else { return "" }
        let cards: [HTML] = shown.map { sample in
            """
            <a href="\(site.still(scene.name, sample.index).address(fromDepth: 1))"><figure>
            <img loading="lazy" alt="index \(sample.index)" src="\(site.small(scene.name, sample.index).address(fromDepth: 1))">
            <figcaption>index \(sample.index)<br>\(sample.line(beside: others?[sample.token]))</figcaption></figure></a>

            """
        }
        return "<h2>Sheets</h2>\n<div class=\"cards\">\n\(cards)</div>\n"
    }
}
