internal import Evaluation
internal import Foundation
internal import OccInference
internal import Reporting
internal import Scenes
internal import Scoring
internal import Storage
internal import SystemSupport

/// What a report says of one run, as values; pages are made of it, pictures are named by it.
struct ReportContent {
    /// One class and its score.
    struct ClassScore: Equatable {
        let name: String
        /// 0 to 1; nil where the class occurs in neither truth nor predictions.
        let value: Double?
        /// How much of it is true: voxels or boxes.
        let truthCount: Int
        let colour: Colour
    }

    /// One scene.
    struct Scene: Equatable {
        let name: String
        let state: RunManifest.SceneState
        let sampleCount: Int
        /// Its numbers by the run's metrics; empty where it has none.
        let scores: [HeadlineScore]
        let failure: String?
    }

    let run: String
    /// The model's name and the precision.
    let model: String
    /// SHA-256 of the model.
    let digest: String
    /// The run's output folder.
    let place: String
    /// What is known of the run beside scores: name and value.
    let facts: [(name: String, value: String)]
    /// What people call the numbers of classes: IoU or AP.
    let classTitle: String
    /// In what they are shown.
    let classUnit: ComparedScore.Unit
    /// What a class's count of truth counts.
    let truthTitle: String
    let headline: [HeadlineScore]
    let classes: [ClassScore]
    let scenes: [Scene]
    /// Samples of scenes that are done, in the run's order, with their scores where there are some.
    let samples: SampleList
    /// What is said of samples that are not in the scores.
    let warnings: [String]
    /// What the run's network was trained on and is not for; nil where the run's folder does not say.
    let card: ModelCard?
    /// How fast the run was; nil where `run.json` does not say.
    let speed: RunSpeed?

    /// Puts together what was read.
    ///
    /// - Parameters:
    ///   - scores: the scores of the scenes that the report is of.
    ///   - samples: its samples.
    ///   - place: the run's output folder.
    ///   - card: the network's card.
    /// - Throws: `EvaluationError` where counts cannot be added up.
    init(_ manifest: RunManifest, _ scores: RunScores, samples: SampleList, place: String, card: ModelCard? = nil)
        throws
    {
        let caption = ScoreCaption(manifest)
        let summary = try ScoreSummary(scores, caption)
        run = manifest.run
        model = ComparedRun.caption(manifest.model, manifest.precision)
        digest = manifest.modelDigest
        self.place = place
        facts = Self.facts(manifest)
        headline = summary.headline.scores
        self.samples = samples
        self.card = card
        speed = RunSpeed(manifest)
        let isStored = !scores.scenes.isEmpty && !samples.samples.contains { $0.rank != nil }
        warnings =
            scores.gaps.lines + (summary.isPartial ? [summary.partText] : [])
            + (isStored ? ["no ground truth is at hand: the scores are those that were stored with the run"] : [])
        if let report = summary.detections {
            (classTitle, classUnit, truthTitle) = ("AP", .fraction, "true boxes")
            classes = zip(report.labels, DetectionPalette.colours).map { label, colour in
                ClassScore(
                    name: label.name.rawValue,
                    value: label.meanAveragePrecision.isFinite ? label.meanAveragePrecision : nil,
                    truthCount: label.truthCount,
                    colour: colour
                )
            }
        } else {
            (classTitle, classUnit, truthTitle) = ("IoU", .percent, "true voxels")
            // Free space, the last label, is not in the mean.
            classes = zip(summary.occupancy?.labels.dropLast() ?? [], OccupancyPalette.colours).map { label, colour in
                ClassScore(
                    name: label.name,
                    value: label.iou_percent.map { $0 / 100 },
                    truthCount: Int(clamping: label.truthVoxels),
                    colour: colour
                )
            }
        }
        scenes = try manifest.scenes.map { scene in
            let own = scores.only([scene.name])
            return Scene(
                name: scene.name,
                state: scene.state,
                sampleCount: scene.sampleTokens.count,
                scores: own.scenes.isEmpty ? [] : try ScoreSummary(own, caption).headline.scores,
                failure: scene.failure
            )
        }
    }

    /// The scenes that are done and have samples.
    var shownScenes: [Scene] { scenes.filter { $0.state == .done && $0.sampleCount > 0 } }

    /// Parameters and operations of a network of the catalogue; nothing of others.
    private static func network(_ model: String) -> [(String, String)] {
        guard let configuration = try? ModelCatalogue.configuration(named: model),
            let totals = try? ModelDescription(configuration).summary.totals
        else { return [] }
        func text(_ value: Int, _ unit: Double, _ digits: Int) -> String {
            String(format: "%.\(digits)f", Double(value) / unit)
        }
        return [
            (
                "parameters",
                "\(text(totals.parameters, 1e6, 2)) million, \(text(totals.binaryParameters, 1e6, 2)) million of them binary"
            ),
            (
                "multiply-accumulates a keyframe",
                "\(text(totals.fullPrecisionMACs, 1e9, 1)) G in full precision, \(text(totals.allBinaryMACs, 1e9, 1)) G binary"
            ),
        ]
    }

    private static func facts(_ manifest: RunManifest) -> [(String, String)] {
        let done = manifest.done
        let samples = done.reduce(0) { $0 + $1.sampleTokens.count }
        // A manifest may say anything: no sum of it overflows.
        let bytes = done.reduce(0) { $0 + min(max(0, $1.byteCount ?? 0), 1 << 40) }
        var facts = [
            ("run", manifest.run), ("model", manifest.model), ("digest of the model", manifest.modelDigest),
        ]
        facts += network(manifest.model)
        facts += [
            ("precision", manifest.precision),
            ("dataset", "\(manifest.dataset) \(manifest.datasetVersion), \(manifest.split)"),
            ("folder of the dataset", manifest.datasetFolder),
            ("scenes", "\(done.count) of \(manifest.scenes.count) done"), ("samples", "\(samples)"),
            ("size", ByteText.of(bytes) + (samples > 0 ? ", \(ByteText.of(bytes / samples)) a sample" : "")),
        ]
        facts += manifest.settings.filter { $0.key != RunManifest.expectedSamplesKey }.sorted { $0.key < $1.key }.map {
            ($0.key, $0.value)
        }
        return facts + [("written", "\(manifest.writtenAt) by \(manifest.software)")]
    }
}

extension SampleList.Sample {
    /// Its numbers in one line, with those of the same sample in a run beside it; empty where there are none.
    func line(beside other: SampleList.Sample?) -> String {
        let lines = [self, other].map { sample in
            (sample?.scores ?? []).compactMap { score in score.text.map { "\(score.title) \($0)" } }.joined(
                separator: ", "
            )
        }
        if lines[1].isEmpty { return lines[0] }
        return "A: \(lines[0].isEmpty ? "–" : lines[0]); B: \(lines[1])"
    }
}
