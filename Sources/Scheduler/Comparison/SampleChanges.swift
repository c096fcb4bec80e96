internal import Scoring

/// The samples whose ranking number changed most from one run to the other.
struct SampleChanges: Encodable, Equatable {
    /// A sample that both runs have a number of.
    struct Change: Encodable, Equatable {
        let scene: String
        /// Its place in the scene, from 0.
        let index: Int
        let token: String
        let a: Double
        let b: Double
        let difference: Double
    }

    /// Key and title of the number.
    let score: String
    let title: String
    /// Those that lost, the largest loss first, and those that gained, the largest gain first.
    let worse: [Change]
    let better: [Change]
    /// Samples with a number in both runs; how many of them lost, and how many gained.
    let compared: Int
    let worseCount: Int
    let betterCount: Int

    /// Looks for changes; nil where no sample has a number in both runs.
    ///
    /// - Parameters:
    ///   - scenes: the scenes that are compared.
    ///   - most: how many of each direction are kept.
    init?(
        _ a: [SampleBook.Key: SampleBook.Entry],
        _ b: [SampleBook.Key: SampleBook.Entry],
        scenes: Set<String>,
        most: Int
    ) {
        var changes: [Change] = []
        var name: HeadlineScore?
        for (key, entry) in a where scenes.contains(key.scene) {
            guard let own = entry.scores.first, let its = b[key]?.scores.first, own.key == its.key,
                let before = own.value, let after = its.value
            else { continue }
            name = own
            changes.append(
                Change(
                    scene: key.scene,
                    index: entry.index,
                    token: key.token,
                    a: before,
                    b: after,
                    difference: after - before
                )
            )
        }
        guard let name else { return nil }
        score = name.key
        title = name.title
        compared = changes.count
        // Of equal changes the earlier sample stands first.
        changes.sort { ($0.difference, $0.scene, $0.index) < ($1.difference, $1.scene, $1.index) }
        worseCount = changes.count { $0.difference < 0 }
        betterCount = changes.count { $0.difference > 0 }
        worse = Array(changes.prefix(min(worseCount, most)))
        let gained = changes.filter { $0.difference > 0 }
            .sorted { ($1.difference, $0.scene, $0.index) < ($0.difference, $1.scene, $1.index) }
        better = Array(gained.prefix(most))
    }
}
