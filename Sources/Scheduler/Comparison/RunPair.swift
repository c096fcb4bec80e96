internal import CommandSupport
internal import Evaluation
internal import JobQueue
internal import Scoring
internal import Storage

/// Two runs with their scores, from one kind of source: both counted anew, or both as they were stored.
struct RunPair {
    let a: ComparedRun
    let b: ComparedRun
    let scores: (a: RunScores, b: RunScores)
    /// The numbers of samples; empty where samples were not scored.
    let samples: (a: [SampleBook.Key: SampleBook.Entry], b: [SampleBook.Key: SampleBook.Entry])
    /// Whether both predict the same; nil where that cannot be seen.
    let isIdentical: Bool?
    let otherSamples: Set<String>
    /// Why files were not scored anew; nil where they were, or nobody wanted that.
    let note: String?

    /// Scores two runs' folders.
    ///
    /// - Throws: `CommandFailure` for runs that cannot be compared; `StorageError`, `FileError`, `DatasetError`, `EvaluationError`.
    init(_ folderA: ComparedFolder, _ folderB: ComparedFolder, _ plan: ComparisonPlan) throws {
        func stored(_ folder: ComparedFolder) throws -> RunScores {
            try RunScores.stored(in: folder.manifest).by(plan.metrics)
        }
        let counts = (a: try stored(folderA), b: try stored(folderB))
        // Stored counts need no file but run.json.
        (a, b) = (
            try folderA.run(stored: plan.isStored ? counts.a : nil),
            try folderB.run(stored: plan.isStored ? counts.b : nil)
        )
        try ComparedRun.check(a, b)
        otherSamples = folderA.scenesWithOtherSamples(folderB)
        isIdentical = plan.isStored ? nil : try folderA.predictsSame(as: folderB)
        let anew = plan.isStored ? nil : try Self.recompute(folderA, folderB, plan)
        switch anew {
        case .both(let first, let second):
            scores = (first.scores, second.scores)
            samples = (first.samples, second.samples)
            note = nil
        case .noTruth(let side):
            scores = counts
            samples = ([:], [:])
            let run = side == "A" ? a : b
            note =
                "no ground truth of run \(side) ('\(run.run)' in \(run.place)) is at hand, so the scores in run.json of both are"
                + " compared, and no single samples (--dataset-root DIR)"
        case nil:
            scores = counts
            samples = ([:], [:])
            note = nil
        }
    }

    /// Reads what workers counted of two runs of a queue.
    ///
    /// - Throws: `CommandFailure` for runs that cannot be compared; `JobQueueError`, `PostgresError`, `RunContractError`,
    ///   `EvaluationError`.
    init(inQueue queue: JobQueue, _ nameA: String, _ nameB: String, _ plan: ComparisonPlan) async throws {
        func read(_ name: String) async throws -> (ComparedRun, RunScores) {
            guard let status = try await queue.runStatus(name) else { throw JobQueueError.unknownRun(name) }
            let scores = try await RunScores.stored(inQueue: queue, run: name).by(plan.metrics)
            return (try ComparedRun(status, kind: scores.kind), scores)
        }
        let (first, second) = (try await read(nameA), try await read(nameB))
        (a, b) = (first.0, second.0)
        scores = (first.1, second.1)
        samples = ([:], [:])
        isIdentical = nil
        otherSamples = []
        note = nil
        try ComparedRun.check(a, b)
    }

    private typealias Anew = (scores: RunScores, samples: [SampleBook.Key: SampleBook.Entry])

    /// What came of counting both runs anew.
    private enum Recount {
        case both(Anew, Anew)
        /// No sample of this run has ground truth now; the other was not looked at if this is A.
        case noTruth(of: String)
    }

    /// Both runs counted anew, or which of them cannot be.
    private static func recompute(
        _ a: ComparedFolder,
        _ b: ComparedFolder,
        _ plan: ComparisonPlan
    ) throws -> Recount {
        func score(_ folder: ComparedFolder) throws -> Anew? {
            var caption = ScoreCaption(folder.manifest)
            caption.mask = plan.mask
            let book = SampleBook(caption, metrics: plan.metrics)
            guard let scores = try folder.files.recompute(sample: { book.add($0) }) else { return nil }
            return scores.scenes.isEmpty && !scores.gaps.hasDamage ? nil : (scores, book.entries)
        }
        guard let first = try score(a) else { return .noTruth(of: "A") }
        guard let second = try score(b) else { return .noTruth(of: "B") }
        return .both(first, second)
    }

    /// What is said of samples without a score.
    var warnings: [String] {
        zip(["A", "B"], [scores.a, scores.b]).flatMap { name, scores in
            scores.gaps.lines.map { "run \(name): \($0)" }
        }
    }

    /// The comparison.
    ///
    /// - Throws: `CommandFailure` where the runs have no score in common; `EvaluationError`.
    func report(_ plan: ComparisonPlan) throws -> ComparisonReport {
        let caption = ScoreCaption(
            dataset: b.datasetVersion,
            split: b.split,
            model: b.model,
            expectedSamples: nil,
            mask: plan.mask
        )
        let comparison = try RunComparison(
            scores.a,
            scores.b,
            caption,
            otherSamples: otherSamples,
            seed: plan.seed
        )
        guard let headline = comparison.headline else { throw nothingInCommon(comparison) }
        return ComparisonReport(
            a: a,
            b: b,
            mask: (scores.a.kind ?? a.kind) == .occupancy ? plan.mask : nil,
            comparison: comparison,
            headline: headline,
            samples: SampleChanges(
                samples.a,
                samples.b,
                scenes: Set(comparison.scenes.map(\.name)),
                most: plan.most
            ),
            isIdentical: isIdentical
        )
    }

    private func nothingInCommon(_ comparison: RunComparison) -> CommandFailure {
        let reasons = Dictionary(grouping: comparison.leftOut, by: \.reason).map { reason, scenes in
            "\(scenes.count) \(reason.rawValue)"
        }
        return CommandFailure(
            .configuration,
            "the runs have no scene with a score in common"
                + (reasons.isEmpty ? ": no scene is done" : " (\(reasons.sorted().joined(separator: ", ")))")
                + "; scores need ground truth in the dataset (--dataset-root DIR), or counts from when the runs were made"
        )
    }
}
