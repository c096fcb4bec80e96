public import Scenes

extension ManifestDataset: DatasetSource {
    /// Occ3D labels in `gts` beside the manifest.
    public var labels: any LabelSource { Occ3DLocator(datasetRoot: folder) }

    /// Puts together every scene of a split.
    public func resolve(split: String?, options: ResolutionOptions) throws(DatasetError) -> ResolvedDataset {
        let survey = try survey(split: split, options: options)
        var scenes: [SceneFrames] = []
        var rest = survey.makeScenes()
        while let scene = try rest.next() { scenes.append(scene) }
        return ResolvedDataset(
            scenes: scenes,
            omitted: survey.omitted,
            unreadablePictures: survey.unreadablePictures
        )
    }

    /// Judges every scene of a split, one at a time.
    public func survey(split: String?, options: ResolutionOptions) throws(DatasetError) -> SurveyedDataset {
        let wanted = try wanted(split)
        let reader = reader(imageCheck: options.imageCheck, readsBoxes: true)
        var problems = SceneProblems(limit: options.problemLimit)
        var sizes = PictureSizeSurvey(
            root: folder,
            check: options.pictureSizes,
            samples: wanted.reduce(0) { $0 + index.scenes[$1].sampleCount }
        )
        var isWhole = [Bool](repeating: true, count: wanted.count)
        var samples = 0
        for (place, scene) in wanted.enumerated() {
            do throws(DatasetProblem) {
                let frames = try reader.read(scene).frames
                samples += frames.samples.count
                sizes.take(frames)
            } catch {
                guard error.kind != .changedFile, error.kind != .unreadableFile else { throw .problem(error) }
                problems.add(error, scene: index.scenes[scene].name)
                isWhole[place] = false
                sizes.skip(index.scenes[scene].sampleCount)
            }
        }
        if !options.skipMissing { try problems.throwIfAny() }
        let left = try sizes.omit(from: &problems, options: options)
        for (place, scene) in wanted.enumerated() where isWhole[place] && left.contains(index.scenes[scene].name) {
            isWhole[place] = false
            samples -= index.scenes[scene].sampleCount
        }
        let whole = zip(wanted, isWhole).filter(\.1).map(\.0)
        return SurveyedDataset(
            sceneCount: whole.count,
            sampleCount: samples,
            omitted: problems.omissions,
            unreadablePictures: sizes.report.unreadable
        ) {
            let reader = self.reader()
            var next = 0
            return SurveyedScenes { () throws(DatasetError) in
                guard next < whole.count else { return nil }
                next += 1
                do throws(DatasetProblem) { return try reader.read(whole[next - 1]).frames } catch {
                    throw .problem(error)
                }
            }
        }
    }

    /// One scene; nil where the manifest has no whole scene of this name.
    public func frames(ofScene name: String) throws(DatasetError) -> SceneFrames? {
        guard let scene = index.sceneOfName[name] else { return nil }
        do throws(DatasetProblem) {
            return try reader().read(scene).frames
        } catch {
            guard error.kind != .changedFile, error.kind != .unreadableFile else { throw .problem(error) }
            return nil
        }
    }

    /// The sample tokens of every scene of a split.
    public func sampleTokens(ofSplit split: String?) throws(DatasetError) -> [(scene: String, tokens: [String])] {
        let reader = reader()
        var found: [(scene: String, tokens: [String])] = []
        for scene in try wanted(split) {
            do throws(DatasetProblem) {
                found.append((index.scenes[scene].name, try reader.tokens(scene)))
            } catch {
                throw .problem(error)
            }
        }
        return found
    }

    /// The annotated boxes of scenes; nil where no sample of theirs says anything of boxes.
    public func annotations(of scenes: [SceneFrames]) throws(DatasetError) -> [SceneAnnotations]? {
        let reader = reader(readsBoxes: true)
        var found: [SceneAnnotations] = []
        var isAnnotated = false
        for scene in scenes {
            guard let place = index.sceneOfName[scene.name] else {
                throw .problem(
                    DatasetProblem(
                        .missingScene,
                        file: root,
                        scene: scene.name,
                        found: "the manifest has no such scene",
                        advice: "name scenes of this manifest"
                    )
                )
            }
            do throws(DatasetProblem) {
                let read = try reader.read(place)
                isAnnotated = isAnnotated || read.isAnnotated
                found.append(read.annotations)
            } catch {
                throw .problem(error)
            }
        }
        return isAnnotated ? found : nil
    }
}
