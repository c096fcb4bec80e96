public import Evaluation

/// How the scores of two runs differ, over the scenes that both have scores of.
///
/// Nothing of scenes that only one run has is in any number.
public struct RunComparison: Sendable {
    /// What one metric says.
    public struct Part: Sendable {
        /// The key of its report in JSON; nil for the metric that a run is known by.
        public let key: String?
        /// The scenes that both runs have its counts of.
        public let scenes: [Scene]
        /// Its numbers, the one that it is known by first.
        public let differences: [ScoreDifference]
    }

    /// One scene by itself.
    public struct Scene: Equatable, Sendable {
        /// Its name.
        public let name: String
        /// Its samples that are scored.
        public let samples: Int
        /// The number that the metric is known by, over the scene's own counts, of run A.
        public let a: Double?
        /// The same of run B.
        public let b: Double?

        /// B - A; nil where one of them is not defined.
        public var difference: Double? { a.flatMap { a in b.map { $0 - a } } }
    }

    /// A scene that is not compared.
    public struct LeftOut: Equatable, Sendable {
        /// Why it is not.
        public enum Reason: String, Equatable, Sendable {
            /// Run B has no predictions of it.
            case onlyInA
            /// Run A has no predictions of it.
            case onlyInB
            /// Both have predictions, but there are scores of A's only.
            case unscoredInB
            /// Both have predictions, but there are scores of B's only.
            case unscoredInA
            /// Neither has scores.
            case unscored
            /// The runs have, or scored, other samples of it.
            case otherSamples
        }

        /// Its name.
        public let scene: String
        /// Why it is not compared.
        public let reason: Reason
    }

    /// The metrics, that by which the runs are known first.
    public let parts: [Part]
    /// Scenes that are not compared, by name.
    public let leftOut: [LeftOut]
    /// Samples that are compared.
    public let sampleCount: Int
    /// What the draws of the bootstrap are made from.
    public let seed: UInt64

    /// The number that the runs are known by; nil where no scene is compared.
    public var headline: ScoreDifference? { parts.first?.differences.first }
    /// Scenes that are compared.
    public var scenes: [Scene] { parts.first?.scenes ?? [] }

    /// The seed where none is asked for.
    public static let usualSeed: UInt64 = 1

    /// Compares two runs of the same dataset.
    ///
    /// - Parameters:
    ///   - caption: split and mask, which are those of both.
    ///   - otherSamples: scenes of which the runs have predictions of other samples.
    ///   - seed: what the draws of the bootstrap are made from.
    /// - Throws: `EvaluationError` where counts cannot be placed among others.
    public init(
        _ a: RunScores,
        _ b: RunScores,
        _ caption: ScoreCaption,
        otherSamples: Set<String> = [],
        seed: UInt64 = usualSeed
    ) throws {
        let scenes = (
            a: Dictionary(a.scenes.map { ($0.name, $0) }) { first, _ in first },
            b: Dictionary(b.scenes.map { ($0.name, $0) }) { first, _ in first }
        )
        let bare = (a: Set(a.unscored), b: Set(b.unscored))
        let names = Set(scenes.a.keys).union(scenes.b.keys).union(bare.a).union(bare.b).sorted()
        var leftOut: [LeftOut] = []
        var common: [(a: RunScores.Scene, b: RunScores.Scene)] = []
        for name in names {
            switch (scenes.a[name], scenes.b[name]) {
            case _ where otherSamples.contains(name): leftOut.append(LeftOut(scene: name, reason: .otherSamples))
            case (let a?, let b?):
                if a.metrics.hasSamplesOf(b.metrics) {
                    common.append((a, b))
                } else {
                    leftOut.append(LeftOut(scene: name, reason: .otherSamples))
                }
            case (_?, nil):
                leftOut.append(LeftOut(scene: name, reason: bare.b.contains(name) ? .unscoredInB : .onlyInA))
            case (nil, _?):
                leftOut.append(LeftOut(scene: name, reason: bare.a.contains(name) ? .unscoredInA : .onlyInB))
            case (nil, nil):
                let isBoth = bare.a.contains(name) && bare.b.contains(name)
                let reason: LeftOut.Reason = isBoth ? .unscored : bare.a.contains(name) ? .onlyInA : .onlyInB
                leftOut.append(LeftOut(scene: name, reason: reason))
            }
        }
        self.leftOut = leftOut
        self.seed = seed
        parts = try Metrics.known.compactMap { try $0.part(of: common, caption, seed: seed) }
        // Stored numbers of samples may be any.
        sampleCount = (parts.first?.scenes ?? []).reduce(0) { sum, scene in
            let (next, isTooLarge) = sum.addingReportingOverflow(scene.samples)
            return isTooLarge ? .max : next
        }
    }
}

extension SceneMetric {
    /// What the metric says of two runs; nil where it has no counts of both of any scene.
    fileprivate func part(
        of scenes: [(a: RunScores.Scene, b: RunScores.Scene)],
        _ caption: ScoreCaption,
        seed: UInt64
    ) throws -> RunComparison.Part? {
        func counted(_ scene: RunScores.Scene) -> CountedScene<Counts>? {
            scene.metrics[Self.self].map { CountedScene(name: scene.name, place: scene.place, counts: $0) }
        }
        let pairs = scenes.compactMap { scene in
            counted(scene.a).flatMap { a in counted(scene.b).map { (a: a, b: $0) } }
        }
        guard !pairs.isEmpty else { return nil }
        guard pairs.count <= SceneDraws.mostScenes else {
            throw EvaluationError(
                .invalidEncoding,
                source: "comparison",
                "\(pairs.count) scenes in common, at most \(SceneDraws.mostScenes) can be compared"
            )
        }
        let (a, b) = (try pooled(pairs.map(\.a), caption), try pooled(pairs.map(\.b), caption))
        let singles = (a: a.singles(sceneCount: pairs.count), b: b.singles(sceneCount: pairs.count))
        return RunComparison.Part(
            key: Self.jsonKey,
            scenes: pairs.indices.map { index in
                RunComparison.Scene(
                    name: pairs[index].a.name,
                    samples: pairs[index].a.counts.scoredSamples,
                    a: singles.a[index][0],
                    b: singles.b[index][0]
                )
            },
            differences: PairedBootstrap.differences(
                a,
                b,
                draws: SceneDraws(sceneCount: pairs.count, seed: seed)
            )
        )
    }
}
