internal import Scenes

/// Puts the scenes of a split together from the tables.
struct SceneResolver {
    /// The dataset.
    let dataset: NuScenesDataset
    /// The split, nil for all scenes.
    let split: String?
    /// The only scene that is wanted of the split, nil for all.
    var only: String?
    /// Strictness and image checks.
    let options: ResolutionOptions

    /// Reads the tables from the small to the large, and assembles scene by scene.
    ///
    /// In a strict resolution, what the small tables tell (an absent scene, a broken chain) is thrown before the large ones are
    /// read.
    func resolve() throws(DatasetError) -> ResolvedDataset {
        var problems = SceneProblems(limit: options.problemLimit)
        var names = try dataset.scenes(ofSplit: split)
        if let only { names = (names.present.filter { $0 == only }, []) }
        report(absent: names.absent, in: &problems)
        let scenes = dataset.sceneTable
        let samples = try SampleTable.read(folder: dataset.folder, scenes: scenes)
        let chains = walkChains(names: Set(names.present), samples: samples, problems: &problems)
        if !options.skipMissing { try problems.throwIfAny() }

        var isWanted = [Bool](repeating: false, count: samples.rows.count)
        for sample in chains.lazy.flatMap(\.samples) { isWanted[sample] = true }
        let calibrations = try CalibrationTable.read(folder: dataset.folder)
        let images = try ImageTable.read(
            folder: dataset.folder,
            samples: samples,
            calibrations: calibrations,
            isWanted: isWanted
        )
        let poses = try PoseTable.read(folder: dataset.folder, images: images)
        let assembler = SceneAssembler(
            root: dataset.root,
            imageCheck: options.imageCheck,
            scenes: scenes,
            samples: samples,
            calibrations: calibrations,
            images: images,
            poses: poses
        )

        var resolved: [SceneFrames] = []
        for chain in chains {
            var found: [DatasetProblem] = []
            let frames = assembler.assemble(scene: chain.scene, samples: chain.samples, problems: &found)
            if found.isEmpty { resolved.append(frames) }
            for problem in found { problems.add(problem, scene: frames.name) }
        }
        if !options.skipMissing { try problems.throwIfAny() }
        var sizes = PictureSizeSurvey(
            root: dataset.root,
            check: options.pictureSizes,
            samples: resolved.reduce(0) { $0 + $1.samples.count }
        )
        for scene in resolved { sizes.take(scene) }
        let isLeftOut = try sizes.omit(from: &problems, options: options)
        resolved.removeAll { isLeftOut.contains($0.name) }
        return ResolvedDataset(
            scenes: resolved,
            omitted: problems.omissions,
            unreadablePictures: sizes.report.unreadable
        )
    }

    private func report(absent: [String], in problems: inout SceneProblems) {
        for name in absent {
            problems.add(
                DatasetProblem(
                    .missingScene,
                    file: dataset.sceneTable.file,
                    scene: name,
                    found: "the split \"\(split ?? "")\" names this scene, but the table has no such scene",
                    advice: "use a split that fits \(dataset.version), or skip what is missing"
                ),
                scene: name
            )
        }
    }

    private func walkChains(
        names: Set<String>,
        samples: SampleTable,
        problems: inout SceneProblems
    ) -> [(scene: Int, samples: [Int])] {
        let scenes = dataset.sceneTable
        var chains: [(scene: Int, samples: [Int])] = []
        for index in scenes.rows.indices where names.contains(scenes.rows[index].name) {
            switch SceneChain.walk(scene: index, scenes: scenes, samples: samples) {
            case .success(let chain): chains.append((index, chain))
            case .failure(let problem): problems.add(problem, scene: scenes.rows[index].name)
            }
        }
        return chains
    }
}
