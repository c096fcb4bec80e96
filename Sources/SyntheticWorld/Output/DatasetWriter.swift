internal import SystemSupport

/// Writes a dataset: worlds scene by scene, pictures and labels side by side, tables last.
struct DatasetWriter {
    let directory: DatasetDirectory
    let options: SyntheticOptions

    private enum Result: Sendable {
        case image(sample: Int, bytes: Int)
        case labels(sample: Int, facts: SampleFacts, bytes: Int)
    }

    init(root: String, options: SyntheticOptions) {
        directory = DatasetDirectory(root: root, version: options.version)
        self.options = options
    }

    /// Writes everything.
    func write(progress: (SyntheticProgress) -> Void) async throws -> SyntheticSummary {
        try directory.claim()
        let tokens = TokenMaker(seed: options.seed)
        var tables = TableSet(tokens: tokens)
        let splits = Self.splits((0..<options.scenes).map(ScenePlan.name))
        var manifest = SceneManifest.head(options)
        var bytes = 0
        var done = 0
        let total = options.scenes * options.samplesPerScene
        do {
            if !options.storesLidarPoints {
                let point: [Float] = [1, 0, 0, 0, 0]
                try directory.write(point.withUnsafeBytes { Array($0) }, to: ScenePlan.sharedLidarFile)
            }
            for index in 0..<options.scenes {
                try Task.checkCancellation()
                let plan = ScenePlan(index: index, options: options)
                let map = MapMask.encode(plan.world)
                try directory.write(map, to: plan.mapFile)
                bytes += map.count
                let result = try await writeScene(plan) {
                    done += 1
                    progress(SyntheticProgress(samplesDone: done, samplesTotal: total, scene: plan.name))
                }
                bytes += result.bytes
                SceneTables(scene: plan, tokens: tokens, options: options).add(to: &tables, facts: result.facts)
                manifest += SceneManifest(scene: plan, tokens: tokens, options: options).lines(
                    splits: splits.filter { $0.value.contains(plan.name) }.map(\.key).sorted(),
                    facts: result.facts
                )
            }
        } catch is CancellationError {
            throw SyntheticWorldError.cancelled(path: directory.root, samplesDone: done, samplesTotal: total)
        } catch let error as SyntheticWorldError {
            throw error
        } catch {
            throw SyntheticWorldError.cannotWrite(
                path: directory.root,
                doing: "encoding a file of",
                reason: "\(error)"
            )
        }
        tables.splits = splits
        let files: [(name: String, bytes: [UInt8])]
        do {
            // Tables cannot say what a given rig's lenses do.
            files = options.rig.isEmpty ? try tables.encoded() : []
        } catch {
            throw SyntheticWorldError.cannotWrite(
                path: "\(directory.root)/\(options.version)",
                doing: "encoding",
                reason: "\(error)"
            )
        }
        try directory.write(Array(manifest.utf8), to: SceneManifest.fileName)
        try directory.publish(files)
        bytes += files.reduce(0) { $0 + $1.bytes.count } + manifest.utf8.count
        return SyntheticSummary(
            scenes: tables.scenes.map(\.name),
            splits: tables.splits,
            samples: tables.samples.count,
            images: tables.samples.count * (options.rig.isEmpty ? SensorRig.cameraChannels.count : options.rig.count),
            annotations: tables.sampleAnnotations.count,
            bytesWritten: bytes
        )
    }

    /// Training and validation scenes: the last fifth, at least one, validates; a single scene is in both.
    static func splits(_ names: [String]) -> [String: [String]] {
        let held = max(names.count / 5, 1)
        return [
            "synthetic_train": names.count > 1 ? Array(names.dropLast(held)) : names,
            "synthetic_val": Array(names.suffix(held)),
        ]
    }

    /// Writes a scene's files with at most `threads` jobs at a time.
    private func writeScene(
        _ plan: ScenePlan,
        sampleDone: () -> Void
    ) async throws -> (facts: [SampleFacts], bytes: Int) {
        let cameras = plan.cameras.count
        let jobs = plan.sampleCount * (cameras + 1)
        var facts = [SampleFacts](repeating: SampleFacts(), count: plan.sampleCount)
        var missing = [Int](repeating: cameras + 1, count: plan.sampleCount)
        var bytes = 0
        try await withThrowingTaskGroup(of: Result.self) { group in
            var next = 0
            func start() {
                guard next < jobs else { return }
                let job = SampleJob(
                    scene: plan,
                    sample: next / (cameras + 1),
                    options: options,
                    directory: directory
                )
                let part = next % (cameras + 1)
                next += 1
                group.addTask {
                    try Task.checkCancellation()
                    if part == 0 {
                        let made = try job.writeLabels()
                        return .labels(sample: job.sample, facts: made.facts, bytes: made.bytes)
                    }
                    let size = try job.writeImage(camera: part - 1)
                    return .image(sample: job.sample, bytes: size)
                }
            }
            for _ in 0..<options.threads { start() }
            while let result = try await group.next() {
                let sample: Int
                switch result {
                case .image(let index, let size):
                    sample = index
                    bytes += size
                case .labels(let index, let measured, let size):
                    sample = index
                    facts[index] = measured
                    bytes += size
                }
                missing[sample] -= 1
                if missing[sample] == 0 { sampleDone() }
                start()
            }
        }
        return (facts, bytes)
    }
}
