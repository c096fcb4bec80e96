internal import CommandSupport
internal import Datasets
internal import Reporting
internal import RunContract
internal import Scoring
internal import Storage
internal import SystemSupport

/// Makes a report: scores a run and one beside it, draws the pictures, writes the pages.
struct ReportMaker {
    /// A run's manifest and where it lies.
    typealias Run = (manifest: RunManifest, directory: any RunStore)

    /// Names of the scenes that the report is of.
    let scenes: Set<String>
    /// Where the dataset lies; nil is where it was at submission.
    let datasetRoot: String?
    /// Boxes of a lower score are left out.
    let minimumScore: Double
    let plan: ReportPlan
    /// What was left out before, for people.
    let remarks: [String]

    /// Scores, draws and writes everything; gives the bytes.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - beside: a run that stands beside it; nil where there is none.
    ///   - folder: the folder that the report is made in.
    /// - Throws: `CommandFailure`, `StorageError`, `DatasetError`, `EvaluationError`, `ImageFileError`, `FileError`.
    func make(_ run: Run, beside: Run?, in folder: String) throws -> Int {
        if let beside {
            func side(_ manifest: RunManifest, _ directory: any RunStore) throws -> ComparedRun {
                let kind = try FileScores(manifest: manifest, directory: directory, datasetRoot: nil).firstKind()
                return ComparedRun(manifest, output: directory.output, kind: kind)
            }
            try ComparedRun.check(side(run.manifest, run.directory), side(beside.manifest, beside.directory))
        }
        let input = try ReportInput(run.manifest, run.directory, scenes: scenes, datasetRoot: datasetRoot)
        let other = try beside.map {
            try ReportInput($0.manifest, $0.directory, scenes: scenes, datasetRoot: datasetRoot)
        }
        let shown = input.manifest.done.filter { !$0.sampleTokens.isEmpty }
        Terminal.say(
            "\(ComparisonReport.scenes(shown.count)), \(input.content.samples.samples.count) samples; the folder takes at most"
                + " \(ByteText.of(plan.forecastBytes))"
        )
        let site = ReportSite(scenes: shown.map(\.name))
        let worst = input.content.samples.worst(plan.worst).samples
        let outcome = try pictures(input, other, site, worst, folder).draw(shown) { drawn in
            if Terminal.isInteractive || drawn % 50 == 0 {
                Terminal.showProgress("\(drawn) of \(input.content.samples.samples.count) samples drawn")
            }
        }
        for line in outcome.lines { Terminal.say("warning: \(line)") }
        let pages = ReportPages(
            site: site,
            content: input.content,
            other: other?.content,
            remarks: remarks + plan.remarks + outcome.lines,
            worst: worst,
            outcome: outcome
        )
        var byteCount = outcome.byteCount
        for (place, page) in pages.all {
            let bytes = page.file
            byteCount += bytes.count
            try ReportFolder.write(bytes, to: "\(folder)/\(place.path)")
        }
        return byteCount
    }

    private func pictures(
        _ input: ReportInput,
        _ other: ReportInput?,
        _ site: ReportSite,
        _ worst: [SampleList.Sample],
        _ folder: String
    ) throws -> ReportPictures {
        let wanted = plan.stills == .all ? input.content.samples.samples : worst
        let others = Dictionary((other?.content.samples.samples ?? []).map { ($0.token, $0) }) { first, _ in first }
        return ReportPictures(
            samples: try samples(of: input),
            directory: input.directory,
            other: other.map { other in
                (other.directory, Dictionary(other.manifest.done.map { ($0.name, $0) }) { first, _ in first })
            },
            site: site,
            plan: plan,
            folder: folder,
            wanted: Dictionary(grouping: wanted, by: \.scene).mapValues { Set($0.map(\.index)) },
            notes: input.samplesByScene.mapValues { list in
                Dictionary(list.map { ($0.index, $0.line(beside: others[$0.token])) }) { first, _ in first }
            }
        )
    }

    /// What samples are drawn from: what they were scored by, and the tables where scoring did without.
    private func samples(of input: ReportInput) throws -> ReportSamples {
        let isDetection = input.kind == .detections
        let kind = try DatasetKind.of(input.manifest)
        var known = input.truth ?? RunTruth(frames: [], annotations: nil, labels: kind.labels(input.root))
        if known.frames.isEmpty {
            do {
                known = try RunTruth.read(
                    kind.open(input.root, input.manifest.datasetVersion),
                    split: RunSettings.namedSplit(input.manifest.split),
                    isDetection: isDetection
                )
            } catch let error as DatasetError where !isDetection {
                Terminal.say("note: the dataset's tables are not at hand, so there are no camera pictures: \(error)")
            }
        }
        return ReportSamples(
            model: input.manifest.model,
            truth: known,
            root: kind.pictureFolder(input.root),
            minimumScore: minimumScore
        )
    }
}
