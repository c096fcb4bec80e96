internal import Scoring
internal import Synchronization

/// The few numbers of each sample, collected while scenes are scored by several threads; the counts they were made of are not kept.
final class SampleBook: Sendable {
    /// Which sample.
    struct Key: Hashable {
        let scene: String
        let token: String
    }

    /// What is kept of a sample.
    struct Entry: Equatable {
        /// Its place in the scene, from 0.
        var index = 0
        /// Its numbers, the ranking one first; none where it has no score.
        let scores: [HeadlineScore]
        /// What is missing and why.
        let note: String?
    }

    private let caption: ScoreCaption
    private let metrics: [any SceneMetric]
    private let kept = Mutex([Key: Entry]())

    /// Makes an empty book.
    ///
    /// - Parameter metrics: what is counted.
    init(_ caption: ScoreCaption, metrics: [any SceneMetric] = Metrics.known) {
        self.caption = caption
        self.metrics = metrics
    }

    /// Keeps the numbers of a sample.
    func add(_ sample: SampleScores) {
        let entry = Entry(
            index: sample.index,
            scores: sample.scores(caption, by: metrics),
            note: sample.remark(caption)
        )
        kept.withLock { $0[Key(scene: sample.scene, token: sample.token)] = entry }
    }

    /// All that was kept.
    var entries: [Key: Entry] { kept.withLock { $0 } }
}
