internal import Reporting

/// All pages of a report.
struct ReportPages {
    let site: ReportSite
    let content: ReportContent
    /// A run beside it; nil where there is none.
    let other: ReportContent?
    /// What was left out and why, for people.
    let remarks: [String]
    /// Samples that the list of worst ones shows, the lowest first.
    let worst: [SampleList.Sample]
    /// The pictures that there are.
    let outcome: ReportPictures.Outcome

    /// Each page and where it lies: the overview, then the scenes.
    var all: [(ReportSite.Place, Page)] {
        let overview = OverviewPage(
            site: site,
            content: content,
            other: other,
            worst: worst,
            remarks: remarks,
            stills: outcome.stills
        )
        let scenes = content.shownScenes
        let samples = Dictionary(grouping: content.samples.samples, by: \.scene)
        let others = other.map { Dictionary(grouping: $0.samples.samples, by: \.scene) }
        return [(ReportSite.overview, overview.page)]
            + scenes.enumerated().map { place, scene in
                let page = ScenePage(
                    site: site,
                    scene: scene,
                    samples: samples[scene.name] ?? [],
                    otherScene: other?.scenes.first { $0.name == scene.name },
                    others: others.map { byScene in
                        Dictionary((byScene[scene.name] ?? []).map { ($0.token, $0) }) { first, _ in first }
                    },
                    stills: outcome.stills[scene.name] ?? [],
                    filmSize: outcome.filmSizes[scene.name],
                    previous: place > 0 ? scenes[place - 1].name : nil,
                    next: place + 1 < scenes.count ? scenes[place + 1].name : nil
                )
                return (site.page(scene.name), page.page)
            }
    }
}
